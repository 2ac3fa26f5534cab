using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActorStreams.Hosting.Settings;

/// <summary>The options of every executable of ours that say where its settings come from. One that is not given leaves the setting to file and environment.</summary>
public class SettingArguments
{
    public Option<string?> SettingsFile { get; } = new("--settings") { Description = "Settings file, default appsettings.json in the working folder", HelpName = "FILE" };

    private readonly Option<string?> _logFormat = new("--log-format") { Description = "text (default) or json", HelpName = "FORMAT" };

    private readonly Option<string[]> _set =
        new("--set") { Description = "Any setting, such as --set Management:Port=9000; may be repeated", HelpName = "PATH=VALUE", Arity = ArgumentArity.ZeroOrMore };

    public virtual void AddTo(Command command)
    {
        _set.Validators.Add(RefuseMalformed);
        command.Options.Add(SettingsFile);
        command.Options.Add(_logFormat);
        command.Options.Add(_set);
    }

    /// <summary>The settings given on the command line, by their path.</summary>
    public Dictionary<string, string?> Overrides(ParseResult parsed)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in parsed.GetValue(_set) ?? [])
        {
            var split = setting.IndexOf('=', StringComparison.Ordinal);
            Add(setting[..split], setting[(split + 1)..]);
        }

        Add("Log:Format", parsed.GetValue(_logFormat));
        AddNamed(parsed, Add);
        return overrides;

        void Add(string path, string? value)
        {
            var whole = path.StartsWith(SettingsSources.Root + ":", StringComparison.OrdinalIgnoreCase) ? path : $"{SettingsSources.Root}:{path}";
            if (value is not null) overrides[whole] = value;
        }
    }

    /// <summary>Adds what options of their own stand for; they win over <c>--set</c>.</summary>
    protected virtual void AddNamed(ParseResult parsed, Action<string, string?> add)
    {
    }

    private static void RefuseMalformed(OptionResult option)
    {
        foreach (var token in option.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            option.AddError($"--set {token.Value}: allowed is PATH=VALUE, such as Shards:ShardQuota=100.");
    }
}
