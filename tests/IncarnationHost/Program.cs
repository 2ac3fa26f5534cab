using ActorStreams.IncarnationHost;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;

// Arguments: the data folder, the PostgreSQL connection string or "-", the hold of lost shards in ms, a shard's snapshot interval in rows.
var store = new StoreOptions { DataDirectory = args[0], ConnectionString = args[1] == "-" ? null : args[1] };
var options = new ShardOptions
{
    LostShardHold = TimeSpan.FromMilliseconds(Number.Parse(args[2])),
    SnapshotRowsMax = (int)Number.Parse(args[3]),
    // Shorter than any hold that a spec asks for, so that a held shard's refusal is seen.
    HoldPuts = TimeSpan.FromSeconds(1),
    // Small steps, so that a kill finds deletions half done.
    DeleteRowsStep = 5,
    // A sweep would take shards over that a spec leaves to the other process.
    RetentionSweepInterval = TimeSpan.FromHours(1),
};
var host = await ShardsHost.StartAsync(store, options);
var answers = new Answers(Console.OpenStandardOutput());
var session = new Session(host, answers);
answers.Say("ready");
// The end of the input is the death of the process that asked.
while (await Console.In.ReadLineAsync() is { } line && line != "exit") session.Begin(line);
await session.StopLoadAsync();
await host.DisposeAsync();
answers.Say("bye");
