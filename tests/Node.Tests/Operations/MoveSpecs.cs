using ActorStreams.TestKit;
using Npgsql;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>From a data folder to PostgreSQL, with the executable.</summary>
public sealed class MoveSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task A_store_goes_on_in_postgres_as_if_nothing_had_happened()
    {
        Requires.Postgres();
        using var folder = new TempFolder();
        var data = folder.Folder("data");
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var before = NodeProcess.Start(data, settings: LivingStore.Settings);
        await before.ReadyAsync(Commands.StartPatience);
        using var client = new KinesisHttp(before.Endpoint);
        var load = await LivingStore.FillAsync(client);
        var seen = await new LivingStore(client).LookAsync();

        await RefusedAsync(3, $"is in use by process {before.Id}", "move", "--data", data, "--postgres", database);
        before.Terminate();
        Assert.Equal(0, await before.ExitAsync(Patience));
        var said = await RunAsync(0, "move", "--data", data, "--postgres", database);
        Assert.Contains("Start no node on it any more", said, StringComparison.Ordinal);
        await RefusedAsync(1, "holds something already, in the table 'journal'", "move", "--data", data, "--postgres", database);

        await using var after = NodeProcess.Start(folder.Folder("other"), before.Port, before.AdminPort, LivingStore.Settings, "--postgres", database);
        await after.ReadyAsync(Commands.StartPatience);
        await new LivingStore(client).IsAsync(seen);
        var acknowledged = load.AcknowledgedCount;
        await LivingStore.WriteAsync(load, () => load.AcknowledgedCount >= acknowledged + 300);
        Assert.Empty(load.Differences(await client.ReadAllAsync(Durability.AnomalyPipeline.Source)));
        await LivingStore.PipelineIsExactAsync(client);
        after.Terminate();
        Assert.Equal(0, await after.ExitAsync(Patience));

        // The folder was left as it was.
        await using var again = NodeProcess.Start(data, before.Port, before.AdminPort, LivingStore.Settings);
        await again.ReadyAsync(Commands.StartPatience);
        await new LivingStore(client).IsAsync(seen);
    }

    [SkippableFact]
    public async Task A_folder_without_a_store_and_a_database_that_is_away_are_refused_without_the_password()
    {
        Requires.Postgres();
        using var folder = new TempFolder();
        var server = await PostgresServer.SharedAsync();
        var missing = new NpgsqlConnectionStringBuilder(server.ConnectionString("nowhere")) { Password = PostgresServer.Password }.ToString();
        await using (var node = NodeProcess.Start(folder.Folder("data")))
        {
            await node.ReadyAsync(Commands.StartPatience);
            node.Terminate();
            await node.ExitAsync(Patience);
        }

        await RefusedAsync(1, "There is no store in", "move", "--data", folder.Folder("none"), "--postgres", missing);
        Assert.False(Directory.Exists(folder.Folder("none")));
        var said = await RefusedAsync(3, "Create the database first", "move", "--data", folder.Folder("data"), "--postgres", missing);
        Assert.DoesNotContain(PostgresServer.Password, said, StringComparison.Ordinal);
    }

    private Task<string> RefusedAsync(int exitCode, string why, params string[] arguments) => Commands.RefusedAsync(output, exitCode, why, arguments);

    private Task<string> RunAsync(int exitCode, params string[] arguments) => Commands.RunAsync(output, exitCode, arguments);
}
