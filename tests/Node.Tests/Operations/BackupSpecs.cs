using ActorStreams.Node.Tests.Durability;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>Backup beside a running node, and the node that is made of it.</summary>
public sealed class BackupSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_backup_under_load_holds_what_was_acknowledged_before_it_and_nothing_torn()
    {
        using var folder = new TempFolder();
        var (data, file, restored) = (folder.Folder("data"), folder.Folder("streams.backup"), folder.Folder("restored"));
        await using var node = NodeProcess.Start(data, settings: LivingStore.Settings);
        await node.ReadyAsync(Commands.StartPatience);
        using var client = new KinesisHttp(node.Endpoint);
        var load = await LivingStore.FillAsync(client);
        var seen = await new LivingStore(client).LookAsync();

        using (var stop = new CancellationTokenSource())
        {
            var writing = load.RunAsync(stop.Token);
            await RunAsync(0, "backup", "--data", data, "--to", file);
            await stop.CancelAsync();
            await writing;
        }

        await RefusedAsync(1, "overwrites nothing", "backup", "--data", data, "--to", file);
        await RefusedAsync(3, $"is in use by process {node.Id}", "restore", "--from", file, "--data", data);
        await RunAsync(0, "restore", "--from", file, "--data", restored);
        await RefusedAsync(1, "holds a store already", "restore", "--from", file, "--data", restored);
        var all = await client.ReadAllAsync(AnomalyPipeline.Source);
        await node.KillAsync();

        await using var other = NodeProcess.Start(restored, node.Port, node.AdminPort, LivingStore.Settings);
        await other.ReadyAsync(Commands.StartPatience);
        await new LivingStore(client).IsApartFromTheLoadAsync(seen);
        var back = (await client.ReadAllAsync(AnomalyPipeline.Source)).Select(r => (r.Shard, r.SequenceNumber, Data: Convert.ToBase64String(r.Data))).ToArray();
        output.WriteLine($"{seen.Source.Count} records before the backup, {back.Length} in it, {all.Count} after it");
        Assert.Empty(seen.Source.Select(r => (r.Shard, r.SequenceNumber, Convert.ToBase64String(r.Data))).Except(back));
        Assert.Empty(back.Except(all.Select(r => (r.Shard, r.SequenceNumber, Convert.ToBase64String(r.Data)))));
        Assert.All(all.GroupBy(r => r.Shard), shard => Assert.Equal(
            shard.Take(back.Count(r => r.Shard == shard.Key)).Select(r => r.SequenceNumber), back.Where(r => r.Shard == shard.Key).Select(r => r.SequenceNumber)));
        await LivingStore.PipelineIsExactAsync(client);
    }

    [Fact]
    public async Task What_is_no_sound_backup_is_refused_and_leaves_no_store()
    {
        using var folder = new TempFolder();
        var (data, file, restored) = (folder.Folder("data"), folder.Folder("streams.backup"), folder.Folder("restored"));
        await using var node = NodeProcess.Start(data);
        await node.ReadyAsync(Commands.StartPatience);
        using var client = new KinesisHttp(node.Endpoint);
        await client.CreateStreamAsync("orders", 4);
        await RunAsync(0, "backup", "--data", data, "--to", file);
        var torn = folder.Folder("torn.backup");
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(torn, bytes[..(bytes.Length / 2 / 4096 * 4096)]);

        await RefusedAsync(1, "is not a SQLite database", "restore", "--from", folder.File("text", new string('x', 8192)), "--data", restored);
        await RefusedAsync(1, "There is no file", "restore", "--from", folder.Folder("nothing"), "--data", restored);
        await RefusedAsync(1, "not a backup", "restore", "--from", Path.Combine(data, "actorstreams.db"), "--data", restored);
        var said = await RunAsync(1, "restore", "--from", torn, "--data", restored);
        Assert.True(said.Contains("damaged", StringComparison.Ordinal) || said.Contains("malformed", StringComparison.Ordinal), said);
        await RefusedAsync(1, "There is no store in", "backup", "--data", folder.Folder("none"), "--to", folder.Folder("x"));
        await RefusedAsync(1, "cannot be written", "backup", "--data", data, "--to", Path.Combine(folder.Folder("no-folder"), "x"));

        Assert.DoesNotContain("actorstreams.db", Directory.GetFiles(restored).Select(Path.GetFileName));
        node.Terminate();
        Assert.Equal(0, await node.ExitAsync(Patience));
    }

    private Task<string> RefusedAsync(int exitCode, string why, params string[] arguments) => Commands.RefusedAsync(output, exitCode, why, arguments);

    private Task<string> RunAsync(int exitCode, params string[] arguments) => Commands.RunAsync(output, exitCode, arguments);
}
