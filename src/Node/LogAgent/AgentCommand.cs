using System.CommandLine;
using System.Net.Sockets;
using ActorStreams.Agent;
using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Sending;
using ActorStreams.Hosting;
using ActorStreams.Hosting.Settings;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Node.LogAgent;

/// <summary><c>actorstreams agent</c>: follows log files by the configuration of the Kinesis agent.</summary>
internal static class AgentCommand
{
    public static Command Build()
    {
        var file = new Option<FileInfo>("--configuration", "-c") { Description = "The Kinesis agent's agent.json", Required = true, HelpName = "FILE" };
        var port = new Option<int?>("--metrics-port") { Description = "Serves /metrics for Prometheus there; default nowhere", HelpName = "N" };
        var level = new Option<LogLevel>("--log-level", "-l") { Description = "Trace, Debug, Information, Warning, Error", HelpName = "LEVEL", DefaultValueFactory = _ => LogLevel.Information };
        file.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !File.Exists(token.Value)) option.AddError($"There is no file {Path.GetFullPath(token.Value)}.");
        });
        port.Validators.Add(option =>
        {
            if (option.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number is < 1 or > 65535) option.AddError($"--metrics-port {text}: allowed are 1 to 65535.");
        });
        var command = new Command("agent", "Follows log files through rotation and puts their records into streams and delivery streams.") { file, port, level };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(port), parsed.GetValue(level)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, int? metricsPort, LogLevel level)
    {
        var reading = AgentSettingsReader.Read(await File.ReadAllTextAsync(file.FullName), Environment.GetEnvironmentVariable);
        foreach (var warning in reading.Warnings) await Console.Error.WriteLineAsync($"actorstreams agent: {file.Name}: {warning}");
        foreach (var error in reading.Errors) await Console.Error.WriteLineAsync($"actorstreams agent: {file.Name}: error: {error}");
        if (reading.Settings is not { } settings) return ExitCodes.WrongSettings;

        using var signals = new Signals();
        using var logging = HostLogging.Create(new LogOptions { Level = level });
        AgentRun run;
        try
        {
            run = new AgentRun(settings, metricsPort, TimeProvider.System, Random.Shared, logging.CreateLogger<AgentRun>());
        }
        catch (Exception e) when (e is CheckpointException or SocketException or PlatformNotSupportedException)
        {
            await Console.Error.WriteLineAsync($"actorstreams agent: {(e is SocketException ? $"--metrics-port {metricsPort} cannot be listened on: {e.Message}" : e.Message)}");
            return ExitCodes.CannotStart;
        }
        using (run)
        {
            try
            {
                await run.RunAsync(signals.Stop);
                return ExitCodes.Ok;
            }
            catch (Exception e) when (e is AgentFencedException or CheckpointException or PlatformNotSupportedException)
            {
                await Console.Error.WriteLineAsync($"actorstreams agent: {e.Message}");
                return ExitCodes.Failed;
            }
        }
    }
}
