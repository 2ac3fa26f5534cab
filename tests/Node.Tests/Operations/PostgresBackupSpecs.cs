using System.Diagnostics;
using ActorStreams.Node.Tests.Durability;
using ActorStreams.TestKit;
using Npgsql;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>PostgreSQL's own tools on a store in use.</summary>
public sealed class PostgresBackupSpecs(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task What_pg_dump_took_under_load_is_served_from_another_database_with_the_same_numbers()
    {
        Requires.Postgres();
        using var folder = new TempFolder();
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        var other = await server.CreateDatabaseAsync();
        await using var node = NodeProcess.Start(folder.Folder("data"), settings: LivingStore.Settings, arguments: ["--postgres", database]);
        await node.ReadyAsync(Commands.StartPatience);
        using var client = new KinesisHttp(node.Endpoint);
        var load = await LivingStore.FillAsync(client);
        var seen = await new LivingStore(client).LookAsync();

        using (var stop = new CancellationTokenSource())
        {
            var writing = load.RunAsync(stop.Token);
            await ToolAsync("pg_dump", database, "--format=custom", "--file=" + folder.Folder("streams.dump"));
            await stop.CancelAsync();
            await writing;
        }

        var all = await client.ReadAllAsync(AnomalyPipeline.Source);
        await node.KillAsync();
        await ToolAsync("pg_restore", other, "--exit-on-error", "--no-owner", folder.Folder("streams.dump"));

        // The members of the old cluster are in the dump, dead: a new one is formed all the same.
        await using var restored = NodeProcess.Start(folder.Folder("data"), node.Port, node.AdminPort, LivingStore.Settings, "--postgres", other);
        await restored.ReadyAsync(Commands.StartPatience);
        await new LivingStore(client).IsApartFromTheLoadAsync(seen);
        var back = (await client.ReadAllAsync(AnomalyPipeline.Source)).Select(r => (r.Shard, r.SequenceNumber, Data: Convert.ToBase64String(r.Data))).ToArray();
        output.WriteLine($"{seen.Source.Count} records before the dump, {back.Length} in it, {all.Count} after it");
        Assert.Empty(seen.Source.Select(r => (r.Shard, r.SequenceNumber, Convert.ToBase64String(r.Data))).Except(back));
        Assert.Empty(back.Except(all.Select(r => (r.Shard, r.SequenceNumber, Convert.ToBase64String(r.Data)))));
        await LivingStore.PipelineIsExactAsync(client);
    }

    private static async Task ToolAsync(string tool, string connection, params string[] arguments)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        var start = new ProcessStartInfo(PostgresServer.ClientProgram(tool))
        {
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = builder.Password },
        };
        foreach (var argument in (string[])["--host", builder.Host!, "--port", $"{builder.Port}", "--username", builder.Username!, "--dbname", builder.Database!, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{tool} ended with {process.ExitCode}: {error}");
    }
}
