using System.Text;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>
/// A seed picks records, sizes of reads, faults, reshards of the outputs, and where the process dies: at a read, before and after an
/// append is stored, before and after a checkpoint. Whatever it picks, the outputs are those of a run without faults.
/// </summary>
public sealed class CrashSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("crash-specs", "akka.loglevel = OFF");
    private readonly HttpClient _http = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _system.Terminate();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Outputs_have_no_gap_and_no_duplicate_wherever_the_process_dies(int seed)
    {
        var calm = await RunAsync(seed, new Random(0), chaos: 0);

        var wild = await RunAsync(seed, new Random(seed), chaos: 0.15);

        Assert.Equal(calm.Alerts, wild.Alerts);
        Assert.Equal(calm.DeadLetters, wild.DeadLetters);
        Assert.Equal(calm.Counts, wild.Counts);
        Assert.True(calm.Alerts.Count > 0 && calm.DeadLetters.Count > 0, "The seed makes alerts and dead letters.");
    }

    private sealed record Outcome(IReadOnlyList<(string, string)> Alerts, IReadOnlyList<(string, string)> DeadLetters, ConsumerCounts Counts);

    private async Task<Outcome> RunAsync(int seed, Random random, double chaos)
    {
        // Time stands still for the records alone, so that both runs write the same arrivals.
        var streams = new FakeStreams(new FakeTimeProvider(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        streams.Create("alerts");
        streams.Create("dead");
        var shard = streams.Create("source").Shards[0].Key;
        Fill(streams, new Random(seed));
        streams.Split("source", 0);

        var state = ConsumerState.New;
        ConsumerSnapshot? kept = null;
        var isEnd = false;
        for (var life = 0; !isEnd; life++)
        {
            Assert.True(life < 1_000, "It gets to the end.");
            state = state.Apply(new ConsumerStarted(state.Epoch + 1, default, 0));
            Harass(streams, random, chaos);
            var counts = state.Counts;
            using var graph = ConsumerGraph.Run(
                new GraphStart(
                    A.Definition() with { SnapshotInterval = TimeSpan.Zero }, shard, state.Epoch, kept?.Position ?? default, state.Checkpoint,
                    kept?.Operator ?? OperatorState.Empty),
                A.Options() with { ReadRecordsMax = random.Next(1, 8) }, streams, _http, TimeProvider.System, _system.Materializer(), slice =>
                {
                    counts += slice.Counts;
                    if (Next(random) < chaos) throw new CrashException();
                    if (slice.IsEnd || Next(random) < 0.5)
                    {
                        Assert.True(slice.Checkpoint.CompareTo(state.Checkpoint) >= 0, "A checkpoint never falls.");
                        state = state.Apply(new Checkpointed(slice.Checkpoint, counts, 0));
                        if (Next(random) < 0.3 && slice.Kept is { } memory) kept = new ConsumerSnapshot(state, slice.Position, memory);
                        isEnd = slice.IsEnd;
                    }
                    if (Next(random) < chaos / 2) throw new CrashException();
                });
            try
            {
                await graph.Completion.WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (Exception e) when (e.GetBaseException() is CrashException)
            {
                // The next life goes on from what was written.
            }
        }
        return new Outcome(PerKey(streams, "alerts"), PerKey(streams, "dead"), state.Counts);
    }

    private static void Harass(FakeStreams streams, Random random, double chaos)
    {
        if (chaos == 0) return;
        streams.OnRead = _ => Next(random) < chaos / 3 ? throw new CrashException() : Next(random) < chaos;
        streams.OnAppend = _ => Next(random) < chaos ? (AppendFault)(1 + (int)(Next(random) * 5)) : AppendFault.None;
        if (random.NextDouble() > chaos) return;
        var output = random.Next(2) == 0 ? "alerts" : "dead";
        var open = streams.Description(output).Shards.Where(s => s.EndingSequenceNumber is null).OrderBy(s => s.Range.Starting).ToList();
        if (open.Count < 4 && random.Next(3) > 0) streams.Split(output, open[random.Next(open.Count)].Key.Shard);
        else if (open.Count > 1) streams.Merge(output, open[0].Key.Shard, open[1].Key.Shard);
    }

    /// <summary>The graph's stages ask side by side.</summary>
    private static double Next(Random random)
    {
        lock (random) return random.NextDouble();
    }

    private static void Fill(FakeStreams streams, Random random)
    {
        for (var batch = 0; batch < 60; batch++)
        {
            streams.Put("source", Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
            {
                // Every fourth is aggregated; user records share the keys of plain ones.
                return random.Next(4) > 0
                    ? ($"key-{random.Next(5)}", Data(random))
                    : ("aggregate", KplRecord.Of([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new UserRecord($"key-{random.Next(5)}", null, Data(random)))]));
            }));
        }
    }

    private static byte[] Data(Random random) => Encoding.UTF8.GetBytes(random.Next(40) switch
    {
        0 => "garbage",
        1 => "{}",
        < 5 => A.Reading(random.Next(500, 1_000)),
        _ => A.Reading(10 + random.NextDouble()),
    });

    /// <summary>Records of each key in the order of its line of shards.</summary>
    private static List<(string, string)> PerKey(FakeStreams streams, string name) =>
        [.. streams.All(name).OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Number).Select(r => (r.Key, r.Data))];
}
