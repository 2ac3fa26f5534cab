using System.CommandLine;
using ActorStreams.Hosting;
using ActorStreams.Shards.Store.Operations;

namespace ActorStreams.Node.Operations;

/// <summary><c>actorstreams schema</c>: what an administrator runs where nodes may not create tables.</summary>
internal static class SchemaCommand
{
    public static Command Build()
    {
        var user = new Option<string?>("--user") { Description = "The nodes' user, who gets the rights on the tables", HelpName = "NAME" };
        var command = new Command("schema", "Prints the SQL that makes or upgrades the tables in PostgreSQL, for psql.") { user };
        command.SetAction(parsed =>
        {
            Console.Write(StoreScript.Postgres(parsed.GetValue(user)));
            return ExitCodes.Ok;
        });
        return command;
    }
}
