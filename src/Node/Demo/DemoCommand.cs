using System.CommandLine;
using ActorStreams.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Node.Hosting;
using ActorStreams.Node.Settings;

namespace ActorStreams.Node.Demo;

/// <summary><c>actorstreams demo</c>: a node, this machine's telemetry, an alert, in one command.</summary>
internal static class DemoCommand
{
    private const int SecondsMin = 3;
    private const int SecondsMax = 86_400;

    public static Command Build()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long to feed the node, default 30", HelpName = "N", DefaultValueFactory = _ => 30 };
        var port = new Option<int>("--port") { Description = "Port for AWS clients, default any free one", HelpName = "N" };
        var adminPort = new Option<int>("--admin-port") { Description = "Port for health and metrics, default any free one", HelpName = "N" };
        var data = new Option<string?>("--data") { Description = "Folder to keep the streams in, default a temporary one that is deleted at the end", HelpName = "DIR" };
        seconds.Validators.Add(option =>
        {
            if (option.Errors.Any()) return;
            if (option.GetValueOrDefault<int>() is < SecondsMin or > SecondsMax) option.AddError($"--seconds: allowed is {SecondsMin} to {SecondsMax}.");
        });
        var command = new Command("demo", "Runs a node on this machine's own telemetry and shows what its anomaly pipeline finds.") { seconds, port, adminPort, data };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(seconds), parsed.GetValue(port), parsed.GetValue(adminPort), parsed.GetValue(data)));
        return command;
    }

    private static async Task<int> RunAsync(int seconds, int port, int adminPort, string? data)
    {
        var folder = data ?? Directory.CreateTempSubdirectory("actorstreams-demo-").FullName;
        using var signals = new Signals();
        try
        {
            var settings = NodeSettingsReader.Read(DemoSettings.Of(folder, port, adminPort));
            using var logging = HostLogging.Create(settings.Log);
            await using var node = await NodeHost.StartAsync(settings, logging, TimeProvider.System, signals.Stop);
            var run = new DemoRun(node.Endpoint, settings.Pipelines.Single(), TimeProvider.System);
            using var board = DemoBoard.For(run, node.Endpoint, node.AdminEndpoint, TimeSpan.FromSeconds(seconds), TimeProvider.System);
            var verdict = await board.ShowWhileAsync(run.RunAsync(TimeSpan.FromSeconds(seconds), signals.Stop));
            await node.StopAsync();
            board.Summarise(verdict, data is null ? null : Path.GetFullPath(data));
            return verdict.Passed ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (SettingsException e)
        {
            return RunCommand.Refuse(e);
        }
        catch (CannotStartException e)
        {
            return RunCommand.Refuse(e);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("actorstreams demo: stopped before its end.");
            return ExitCodes.Interrupted;
        }
        finally
        {
            if (data is null) Directory.Delete(folder, recursive: true);
        }
    }
}
