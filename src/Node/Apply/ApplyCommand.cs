using System.CommandLine;
using ActorStreams.Hosting;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

/// <summary><c>actorstreams apply</c>: makes streams and delivery streams as files describe them.</summary>
internal static class ApplyCommand
{
    public static Command Build()
    {
        var file = new Option<string>("--filename", "-f") { Description = "A YAML file, a folder of them, or - for the standard input", Required = true, HelpName = "FILE" };
        var endpoint = EndpointOption.Create();
        var region = new Option<string?>("--region") { Description = "Region of the streams, default AWS_REGION, AWS_DEFAULT_REGION, us-east-1", HelpName = "NAME" };
        var check = new Option<bool>("--check") { Description = "Names what is wrong with the files, and changes nothing" };
        var diff = new Option<bool>("--diff") { Description = "Shows what differs between files and node, and changes nothing; exit code 6 where something does" };
        file.Validators.Add(option =>
        {
            if (option.Tokens is [{ Value: not ApplyFiles.StandardInput and var path }, ..] && !File.Exists(path) && !Directory.Exists(path))
                option.AddError($"There is no file and no folder {Path.GetFullPath(path)}.");
        });
        var command = new Command("apply", "Makes streams and delivery streams as YAML files describe them; what the files do not name is left alone.") { file, endpoint, region, check, diff };
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) && result.GetValue(diff)) result.AddError("--check and --diff: one of them is allowed.");
        });
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(file), new Uri(parsed.GetRequiredValue(endpoint)), parsed.GetValue(region) ?? Credentials.DefaultRegion,
            parsed.GetValue(check) ? ApplyMode.Check : parsed.GetValue(diff) ? ApplyMode.Diff : ApplyMode.Apply));
        return command;
    }

    private static async Task<int> RunAsync(string path, Uri endpoint, string region, ApplyMode mode)
    {
        using var signals = new Signals();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var services = new ApplyServices(http, endpoint, Credentials.FromEnvironment(), region, TimeProvider.System);
        var run = new ApplyRun(services, new EnvironmentValues(Environment.GetEnvironmentVariable), Console.Out, Console.Error);
        try
        {
            return await run.RunAsync(ApplyFiles.Open(path, Console.In), mode, signals.Stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"actorstreams apply: {e.Message}");
            return ExitCodes.WrongSettings;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("actorstreams apply: interrupted; apply again to go on.");
            return ExitCodes.Interrupted;
        }
    }
}
