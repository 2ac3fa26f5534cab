using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>
/// The delivery of one shard, run and crashed as a spec tells: what a consumer's journal would hold is kept in its place, and a fault may end the run
/// wherever the protocol of a batch takes a step.
/// </summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("delivery-specs");
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly DirectoryInfo _spool = Directory.CreateTempSubdirectory("actorstreams-spool-");
    private ConsumerState _state = ConsumerState.New;

    public FakeStreams Streams { get; init; } = new(TimeProvider.System);

    public MemoryStore Store { get; } = new();

    /// <summary>Of <see cref="HasBackup"/>; its objects are named as those of the destination.</summary>
    public MemoryStore Backup { get; } = new();

    /// <summary>Whether records are kept as they came.</summary>
    public bool HasBackup { get; init; }

    /// <summary>Where records are loaded, rather than kept in objects; null for objects.</summary>
    public Func<DeliveryRig, IObjectLoader>? Loader { get; init; }

    /// <summary>How long an object is loaded again.</summary>
    public TimeSpan LoadRetry { get; init; } = TimeSpan.Zero;

    /// <summary>What may be held of what is loaded, perhaps together with another rig.</summary>
    public MemoryGate LoadMemory { get; init; } = new(1 << 20);

    public bool KeepsKeys { get; init; }

    public bool TellsSource { get; init; }

    public ConsumerState State => _state;

    public ImmutableArray<IRecordStep> Steps { get; init; } = [];

    public long BufferBytesMax { get; init; } = 200;

    public TimeSpan BufferInterval { get; init; } = TimeSpan.FromMilliseconds(30);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Asked before and after each step of the protocol, by name; throws to crash there.</summary>
    public Action<string> OnStep { get; set; } = _ => { };

    public Action<SliceDone> OnSlice { get; init; } = _ => { };

    /// <summary>Told what an incarnation works with.</summary>
    public Action<DeliveryServices> OnServices { get; init; } = _ => { };

    /// <summary>Gaps that were counted, over all incarnations.</summary>
    public long Gaps => _state.Counts.Gaps;

    public string SpoolFolder => _spool.FullName;

    public static DeliveryDefinition Definition { get; } = new()
    {
        Name = DeliveryDefinition.ApplicationOf("us-east-1", "badges"),
        Source = FakeStreams.Id("source"),
        Stream = "badges",
        Region = "us-east-1",
        IsDirectPut = false,
        Version = 1,
        DestinationKind = "ExtendedS3",
        Destination = "{}",
        CreatedAt = DateTimeOffset.UnixEpoch,
        CheckpointInterval = TimeSpan.FromMilliseconds(20),
    };

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _metrics.Dispose();
        await _system.Terminate();
        _spool.Delete(recursive: true);
    }

    /// <summary>Behind all that was put.</summary>
    public ShardPosition End
    {
        get
        {
            var last = Streams.All("source")[^1].Number;
            return new ShardPosition(last.Row, last.Index + 1);
        }
    }

    /// <summary>Opens the source with one shard and puts records to it, five at a time.</summary>
    public (ShardKey Shard, IReadOnlyList<string> Sent) Put(int count)
    {
        var shard = Streams.Create("source").Shards[0].Key;
        var sent = Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"{(char)('a' + (i % 5))} record {i:0000} of many")).ToList();
        foreach (var five in sent.Chunk(5)) Streams.Put("source", five.Select(s => ("k", s)));
        return (shard, sent);
    }

    public DeliveryServices Services => new(_spool.FullName, Plan) { Retry = A.Fast, LoadMemory = LoadMemory };

    public Redriver Redriver() => new(Services, Time);

    public void LoseSpool()
    {
        foreach (var file in _spool.EnumerateFiles("*", SearchOption.AllDirectories)) file.Delete();
    }

    /// <summary>Runs an incarnation until everything that was put is delivered, or until it crashes; tells whether it did not.</summary>
    public async Task<bool> RunAsync(ShardKey shard, ShardPosition until, DeliveryDefinition? definition = null)
    {
        Apply(new ConsumerStarted(_state.Epoch + 1, default, 1));
        var options = A.Options() with { ReadRecordsMax = 7 };
        var services = new ConsumerServices(Streams, _http, Time, _metrics, options, "here")
        {
            Deliveries = Services,
        };
        OnServices(services.Deliveries);
        var delivered = new TaskCompletionSource();
        var counts = _state.Counts;
        using var materializer = _system.Materializer();
        using var graph = DeliveryGraph.Run(
            new DeliveryStart(definition ?? Definition, shard, _state.Epoch, _state.Checkpoint, _state.Intent) { Counts = counts }, services, materializer,
            intent =>
            {
                OnStep("spooled");
                Apply(new BatchIntended(intent, 1));
                OnStep("intended");
                return Task.CompletedTask;
            },
            slice =>
            {
                OnSlice(slice);
                OnStep("delivered");
                counts += slice.Counts;
                if (slice.Checkpoint.CompareTo(_state.Checkpoint) > 0) Apply(new Checkpointed(slice.Checkpoint, counts, 1));
                OnStep("checkpointed");
                if (_state.Checkpoint.CompareTo(until) >= 0) delivered.TrySetResult();
            });
        var ended = await Task.WhenAny(delivered.Task, graph.Completion).WaitAsync(TimeSpan.FromSeconds(20));
        graph.Drain();
        await graph.Completion.ContinueWith(_ => { }, TaskScheduler.Default);
        if (ended == graph.Completion && ended.Exception is { } failure && !failure.Flatten().InnerExceptions.Any(e => e is CrashException)) throw failure;
        return ended == delivered.Task;
    }

    private DeliveryPlan Plan(DeliveryDefinition definition) => new()
    {
        BufferBytesMax = BufferBytesMax,
        BufferInterval = BufferInterval,
        Format = Loader is null ? new Lines() : new RecordsFormat(),
        ErrorFormat = new Lines(),
        Names = Names(definition, !Steps.IsEmpty && !KeepsKeys),
        Steps = Steps,
        Store = new Faulty(this, Store),
        Backup = HasBackup ? new BackupPlan(new Faulty(this, Backup), Names(definition, isPartitioned: false), new Lines(), ObjectBytesMax: 150) : null,
        StoresObjects = Loader is null,
        KeepsKeys = KeepsKeys,
        TellsSource = TellsSource,
        Load = Loader is null ? null : new LoadPlan(Loader(this), LoadRetry, KeepsObjects: false),
    };

    private static ObjectNaming Names(DeliveryDefinition definition, bool isPartitioned) => ObjectNaming.Create(
        new NamingSettings("badges", definition.Version.ToString(CultureInfo.InvariantCulture))
        {
            Prefix = isPartitioned ? $"v{definition.Version}/!{{partitionKeyFromQuery:k}}/" : $"v{definition.Version}/",
            ErrorOutputPrefix = "errors/!{firehose:error-output-type}/",
            HasDynamicPartitioning = isPartitioned,
            QueryKeys = isPartitioned ? ["k"] : [],
        },
        out var errors) ?? throw new InvalidOperationException(string.Join(" ", errors));

    private void Apply(IConsumerEvent e) => _state = _state.Apply(e);

    /// <summary>Objects by name, in order; one that was written is never written otherwise.</summary>
    internal sealed class MemoryStore
    {
        public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

        /// <summary>All lines of the objects that are no errors.</summary>
        public IReadOnlyList<string> Lines => [.. Objects.Where(o => o.Key[0] == 'v').SelectMany(o => LinesOf(o.Value))];

        public IReadOnlyList<string> Errors => [.. Objects.Where(o => o.Key.StartsWith("errors/", StringComparison.Ordinal)).SelectMany(o => LinesOf(o.Value))];

        private static string[] LinesOf(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class Faulty(DeliveryRig rig, MemoryStore store) : IObjectStore
    {
        public string Name => "memory";

        public Task PutAsync(ObjectToPut item, CancellationToken cancel)
        {
            rig.OnStep("write");
            var bytes = File.ReadAllBytes(item.File);
            if (!store.Objects.GetOrAdd(item.Key, bytes).AsSpan().SequenceEqual(bytes)) throw new ObjectDiffersException($"{item.Key} has other bytes.");
            rig.OnStep("written");
            return Task.CompletedTask;
        }

        public Task<bool> HasAsync(ObjectToPut item, CancellationToken cancel)
        {
            if (!store.Objects.TryGetValue(item.Key, out var bytes)) return Task.FromResult(false);
            return SHA256.HashData(bytes).AsSpan().SequenceEqual(item.Sha256.Span)
                ? Task.FromResult(true)
                : throw new ObjectDiffersException($"{item.Key} has other bytes.");
        }

        public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) => Task.FromResult<IReadOnlyList<string>>(
            [.. store.Objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);

        public async Task<bool> TryGetAsync(string key, string file, CancellationToken cancel)
        {
            if (!store.Objects.TryGetValue(key, out var bytes)) return false;
            await File.WriteAllBytesAsync(file, bytes, cancel);
            return true;
        }

        public void Dispose() { }
    }

    private sealed class Lines : IObjectFormat
    {
        public string Extension => "";

        public IObjectEncoder Open(Stream output) => new Encoder(output);

        private sealed class Encoder(Stream output) : IObjectEncoder
        {
            public string? Add(ReadOnlySpan<byte> record)
            {
                if (record.StartsWith("bad format"u8)) return "column a is missing";
                output.Write(record);
                output.Write("\n"u8);
                return null;
            }

            public void Finish() { }

            public void Dispose() { }
        }
    }
}
