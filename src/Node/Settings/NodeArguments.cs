using System.CommandLine;
using System.Globalization;
using ActorStreams.Hosting.Settings;

namespace ActorStreams.Node.Settings;

/// <summary>Options of a node's command line that stand for settings.</summary>
internal sealed class NodeArguments : SettingArguments
{
    public Option<string?> Data { get; } = new("--data") { Description = "Folder of the streams' store, default ./data", HelpName = "DIR" };

    public Option<int?> Port { get; } = new("--port") { Description = "Port for AWS clients, default 4567; 0 takes a free one", HelpName = "N" };

    public Option<int?> AdminPort { get; } = new("--admin-port") { Description = "Port for health, metrics and listings, default 8558; 0 takes a free one", HelpName = "N" };

    public Option<string?> Postgres { get; } =
        new("--postgres") { Description = "PostgreSQL connection string, instead of a file in the data folder; nodes with the same one are a cluster", HelpName = "CONNECTION" };

    public override void AddTo(Command command)
    {
        foreach (var option in (Option[])[Data, Port, AdminPort, Postgres]) command.Options.Add(option);
        base.AddTo(command);
    }

    protected override void AddNamed(ParseResult parsed, Action<string, string?> add)
    {
        add("Store:DataDirectory", parsed.GetValue(Data));
        add("Gateway:Port", parsed.GetValue(Port)?.ToString(CultureInfo.InvariantCulture));
        add("Management:Port", parsed.GetValue(AdminPort)?.ToString(CultureInfo.InvariantCulture));
        add("Store:ConnectionString", parsed.GetValue(Postgres));
    }
}
