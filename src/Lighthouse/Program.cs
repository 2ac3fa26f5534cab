using System.CommandLine;
using ActorStreams.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Lighthouse;

var arguments = new SettingArguments();
var root = new RootCommand(
    """
    A seed of an ActorStreams cluster: it joins and hosts nothing, so that nodes find the cluster at a name that stays.

    Any setting can be given in appsettings.json, as an environment variable (ActorStreams__Cluster__Port=4053) or with --set. The variables
    CLUSTER_SEEDS, CLUSTER_IP, CLUSTER_PORT and ACTORSYSTEM work as in Petabridge's image.
    Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 3 it cannot start, 5 it was removed from its cluster.
    """);
arguments.AddTo(root);
root.SetAction((parsed, _) => new HostRun("lighthouse").RunAsync(
    () => LighthouseSettings.Read(parsed.GetValue(arguments.SettingsFile), arguments.Overrides(parsed), Environment.GetEnvironmentVariable),
    settings => settings.Log,
    async (settings, loggers, stop) => await LighthouseHost.StartAsync(settings, loggers, TimeProvider.System, stop)));

var parsed = root.Parse(args);
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
foreach (var error in parsed.Errors) Console.Error.WriteLine("lighthouse: " + error.Message);
Console.Error.WriteLine("lighthouse --help tells what there is.");
return ExitCodes.WrongSettings;
