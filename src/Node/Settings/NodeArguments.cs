using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ActorStreams.Hosting.Settings;

namespace ActorStreams.Node.Settings;

/// <summary>Options of the command line that stand for settings. One that is not given leaves the setting to file and environment.</summary>
internal sealed class NodeArguments
{
    public Option<string?> SettingsFile { get; } = new("--settings") { Description = "Settings file, default appsettings.json in the working folder", HelpName = "FILE" };

    public Option<string?> Data { get; } = new("--data") { Description = "Folder of the streams' store, default ./data", HelpName = "DIR" };

    public Option<int?> Port { get; } = new("--port") { Description = "Port for AWS clients, default 4567; 0 takes a free one", HelpName = "N" };

    public Option<int?> AdminPort { get; } = new("--admin-port") { Description = "Port for health, metrics and listings, default 8558; 0 takes a free one", HelpName = "N" };

    public Option<string?> Postgres { get; } = new("--postgres") { Description = "PostgreSQL connection string, instead of a file in the data folder", HelpName = "CONNECTION" };

    public Option<string?> LogFormat { get; } = new("--log-format") { Description = "text (default) or json", HelpName = "FORMAT" };

    public Option<string[]> Set { get; } = new("--set") { Description = "Any setting, such as --set Shards:ShardQuota=100; may be repeated", HelpName = "PATH=VALUE", Arity = ArgumentArity.ZeroOrMore };

    public void AddTo(Command command)
    {
        Set.Validators.Add(RefuseMalformed);
        foreach (var option in (Option[])[SettingsFile, Data, Port, AdminPort, Postgres, LogFormat, Set]) command.Options.Add(option);
    }

    /// <summary>The settings given on the command line, by their path.</summary>
    public Dictionary<string, string?> Overrides(ParseResult parsed)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in parsed.GetValue(Set) ?? [])
        {
            var split = setting.IndexOf('=', StringComparison.Ordinal);
            Add(setting[..split], setting[(split + 1)..]);
        }

        Add("Store:DataDirectory", parsed.GetValue(Data));
        Add("Gateway:Port", parsed.GetValue(Port)?.ToString(CultureInfo.InvariantCulture));
        Add("Management:Port", parsed.GetValue(AdminPort)?.ToString(CultureInfo.InvariantCulture));
        Add("Store:ConnectionString", parsed.GetValue(Postgres));
        Add("Log:Format", parsed.GetValue(LogFormat));
        return overrides;

        void Add(string path, string? value)
        {
            var whole = path.StartsWith(SettingsSources.Root + ":", StringComparison.OrdinalIgnoreCase) ? path : $"{SettingsSources.Root}:{path}";
            if (value is not null) overrides[whole] = value;
        }
    }

    private static void RefuseMalformed(OptionResult option)
    {
        foreach (var token in option.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            option.AddError($"--set {token.Value}: allowed is PATH=VALUE, such as Shards:ShardQuota=100.");
    }
}
