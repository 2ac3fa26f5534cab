using System.Collections.Immutable;
using System.Text;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>The values whose bytes the golden files hold. Every field has a value that could not be a default.</summary>
public static class Samples
{
    private static readonly Incarnation s_life = new(0x0199_8877_6655);
    private static readonly ShardKey s_shard = new("eu-central-1", s_life, 7);
    private static readonly StreamKey s_stream = new("eu-central-1", s_life);
    private static readonly HashKeyRange s_range = new(HalfSpace, UInt128.MaxValue);
    private static readonly HashKeyRange s_lower = new(1, HalfSpace - 1);
    private static readonly ProducerPosition s_early = new(new byte[] { 0x01, 0x02 });
    private static readonly ProducerPosition s_late = new(new byte[] { 0x01, 0x03, 0xff });
    private static readonly ImmutableArray<RangePosition> s_positions = [new(s_lower, s_early), new(s_range, s_late)];
    private static readonly ImmutableArray<ProducerEntry> s_producers = [new("agent-1", 3, s_positions), new("agent-2", 4, [])];
    private static readonly ShardBounds s_bounds = new(2, 41, 3, 1_750_000_000_123, 12, 44, [8, 9]);
    private static readonly ImmutableArray<ShardSlot> s_slots = [new(0, s_lower, 1, [], 99), new(7, s_range, 2, [0, 1], 0)];
    private static readonly CatalogueProtocol.Entry s_entry = new("orders", s_life, StreamStatus.Active, StreamMode.OnDemand, 16, 1_750_000_000_123);

    private static readonly UInt128 s_call = new(0x0011_2233_4455_6677, 0x8899_aabb_ccdd_eeff);
    private static readonly CallEntries s_entries = new(new byte[] { 0x05, 0x80 });
    private static readonly ImmutableSortedDictionary<string, string> s_tags = StreamConfiguration.NoTags.Add("team", "shop").Add("cost", "42");
    private static readonly StreamConfiguration s_configuration = new(
        StreamMode.OnDemand, 48, 2048, 100, "alias/orders", ShardLevelMetrics.IncomingBytes | ShardLevelMetrics.IteratorAgeMilliseconds, s_tags, "{}");
    private static readonly FanOutConsumer s_consumer = new("dashboard", 1_750_000_000_123, s_tags, "{}");
    private static readonly ShardSlot s_closed = new(7, s_range, 2, [0, 1], 44, 1_750_000_000_000, 1_750_000_000_123);
    private static readonly ReshardStep s_step = new([7], [new(8, new HashKeyRange(HalfSpace, HalfSpace + 4), 3, [7], 0), new(9, new HashKeyRange(HalfSpace + 5, UInt128.MaxValue), 3, [7], 0, 1_750_000_000_123)]);
    private static readonly StreamDescription s_description = new(
        new StreamId("eu-central-1", "orders"), s_life, StreamStatus.Active, DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_123), s_configuration, [],
        [new ShardDescription(s_shard, s_range, 2, [3, 4], SequenceNumber.Starting(s_shard, 2), null, 1_750_000_000_123)]);

    private static UInt128 HalfSpace => UInt128.One << 127;

    public static RecordBlock Block
    {
        get
        {
            var builder = new RecordBlockBuilder();
            builder.Add("key"u8, null, "data"u8);
            builder.Add("k2"u8, HalfSpace + 5, [0x00, 0xff]);
            return builder.Build();
        }
    }

    public static RecordBatch Batch
    {
        get
        {
            var second = new RecordBlockBuilder();
            second.Add(Encoding.UTF8.GetBytes("größe"), null, []);
            return RecordBatch.Encode(
                41, [new(Block, 1_750_000_000_000), new(second.Build(), 1_750_000_000_123)], [new ProducerAdvance("agent-1", 3, s_late)]);
        }
    }

    private static RecordBatch BatchWithCalls
    {
        get
        {
            var second = new RecordBlockBuilder();
            second.Add(Encoding.UTF8.GetBytes("größe"), null, []);
            return RecordBatch.Encode(
                41, [new(Block, 1_750_000_000_000), new(second.Build(), 1_750_000_000_123)], [new ProducerAdvance("agent-1", 3, s_late)],
                [
                    new CallBlock(s_call, CallEntries.All, 0, 41, 0, 2, 1_750_000_000_000),
                    new CallBlock(~s_call, s_entries, 0x1122_3344_5566_7788, 41, 2, 1, 1_750_000_000_123),
                ]);
        }
    }

    /// <summary>Other forms of types whose sample is above: what was written before them stays as it was.</summary>
    public static IReadOnlyDictionary<string, object> OtherForms { get; } = new Dictionary<string, object>
    {
        ["RA1-calls"] = new ShardEvents.RecordsAppended(BatchWithCalls),
        ["QA1-calls"] = new Append(s_shard, Block, null, new CallToken(s_call, s_entries, 0x1122_3344_5566_7788, true)),
    };

    /// <summary>32 bytes, 0 to 31, under the name orders/2026.</summary>
    public static EncryptionKeys Keys { get; } = EncryptionKeys.Load(new EncryptionOptions
    {
        Keys = ImmutableSortedDictionary<string, string>.Empty.Add("orders/2026", Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(b => (byte)b)])),
    });

    /// <summary>The batch as the sample's shard stores it under <see cref="Keys"/>, with a nonce that is no secret.</summary>
    public static RecordBatch SealedBatch
    {
        get
        {
            using var cipher = Keys.CipherOf("orders/2026", s_shard.PersistenceId)!;
            return Batch.Seal(cipher, "nonce-of-12b"u8);
        }
    }

    public static string SealedBatchOf => s_shard.PersistenceId;

    public static IReadOnlyList<object> All { get; } =
    [
        .. ShardFacts(), .. ShardRequests(), .. ShardReplies(), .. StreamFacts(), .. StreamMessages(), .. CatalogueMessages(),
    ];

    private static IEnumerable<object> ShardFacts() =>
    [
        new ShardEvents.RecordsAppended(Batch),
        new ShardEvents.Opened(s_range, 2, [3, 4], 1_750_000_000_000, s_producers, "node-a:8558"),
        new ShardEvents.Owned(5, "node-b:8558"),
        new ShardEvents.ProducerAttached("agent-1", 3),
        new ShardEvents.EncryptionSet(new EncryptionKeyRef("orders/2026", "0123456789abcdef")),
        new ShardEvents.TrimmedTo(12),
        new ShardEvents.Closed([8, 9]),
        ShardEvents.Ended.Instance,
        new ShardState
        {
            Lifecycle = ShardLifecycle.Closed,
            Range = s_range,
            Generation = 2,
            Parents = [3, 4],
            Children = [8, 9],
            OwnerEpoch = 5,
            OwnerNode = "node-b:8558",
            LastRow = 44,
            TipRow = 41,
            TipCount = 3,
            LastArrivalMs = 1_750_000_000_123,
            TrimmedToRow = 12,
            ClosedRow = 43,
            RecordsTotal = 1_000_003,
            BytesTotal = 5_000_000_017,
            Producers = s_producers.ToImmutableDictionary(p => p.Producer),
        },
    ];

    private static IEnumerable<object> ShardRequests() =>
    [
        new Open(s_shard, s_range, 2, [3, 4], 1_750_000_000_000, s_producers),
        new Append(s_shard, Block, new ProducerAppend("agent-1", 3, s_early, s_late)),
        new Attach(s_shard, "agent-1", 3),
        new Close(s_shard, [8, 9]),
        new Encrypt(s_shard, "orders/2026"),
        new End(s_shard),
        new Trim(s_shard, 1_750_000_000_000),
        new MeasureLoad(s_shard),
        new Inspect(s_shard),
        new Read(s_shard, new ShardPosition(41, 2), 10_000, 10_485_760, TimeSpan.FromMilliseconds(1500)),
        new FindCalls(s_shard, s_call),
        new OfferAppend(s_shard, 10_485_760, 500, new ProducerAppend("agent-1", 3, s_early, s_late), new CallToken(s_call, s_entries, 0x1122_3344_5566_7788, true)),
        new FetchChunk(262_144),
        new BlockChunk(262_144, new byte[] { 0x00, 0x41, 0xff }),
        new Subscribe(s_shard, new FanOutSubscription("reports", 1_750_000_000, "subscription-1")),
    ];

    private static IEnumerable<object> ShardReplies() =>
    [
        new OpenReply.Opened(s_shard, 2),
        new OpenReply.Refused(s_shard, "The shard is Closed."),
        new AppendReply.Appended(2, 41, 1, 2, 1_750_000_000_123),
        new AppendReply.Repeated(s_late),
        new AppendReply.Refused(AppendError.Closed, "The shard was closed.", [8, 9]),
        new AttachReply.Attached(s_positions),
        new AttachReply.Refused(AppendError.StaleEpoch, "Epoch 4 attached."),
        new CloseReply.Closed(s_shard, 43, 1_750_000_000_123, s_producers),
        new CloseReply.Refused(s_shard, AppendError.Ended, "The shard ended with its stream."),
        new EncryptReply.Encrypted(s_shard, "orders/2026"),
        new EncryptReply.Refused(s_shard, AppendError.NotOpened, "The shard was never opened."),
        new EndReply.Ended(s_shard),
        new EndReply.Refused(s_shard, "The store did not confirm."),
        new TrimReply.Trimmed(s_shard, 12),
        new TrimReply.Refused(s_shard, "The shard was never opened."),
        new InspectReply.Found(
            s_shard, s_range, [3, 4], s_bounds, "akka.tcp://actorstreams@node-b:4053", 5, 1_000, 500_000, new Flow(12.5, 1_250), new Flow(25, 2_500),
            [new KeyShare(HalfSpace + 5, "alice", 0.75)], 2),
        new InspectReply.Refused(AppendError.NotReady, "Recovering."),
        new LoadReply.Measured(s_shard, 41, 4_100, 12, HalfSpace, HalfSpace + 5, 0.75, "alice"),
        new LoadReply.Refused(AppendError.NotReady, "Recovering."),
        s_bounds,
        new ReadReply.FromTail([Batch], s_bounds),
        new ReadReply.FromStore(s_bounds),
        new FindCallsReply.Found(2, true, [new CallBlock(s_call, s_entries, 0x1122_3344_5566_7788, 41, 1, 2, 1_750_000_000_123)]),
        new FindCallsReply.Refused(AppendError.NotReady, "Recovering."),
        new ReadReply.Refused(AppendError.NotReady, "Recovering."),
        new SubscribeReply.Accepted(s_shard),
        new SubscribeReply.InUse(s_shard),
        new SubscribeReply.Refused(AppendError.NotReady, "Recovering."),
    ];

    private static IEnumerable<object> StreamFacts() =>
    [
        new StreamEvents.Created("orders", StreamConfiguration.Plain(StreamMode.OnDemand, 48), 1_750_000_000_123, s_slots),
        new StreamEvents.Configured(s_configuration, 1_750_000_000_123),
        new StreamEvents.ConsumerSet(s_consumer),
        new StreamEvents.ConsumerRemoved("dashboard"),
        new StreamEvents.ReshardStarted([5, HalfSpace], 1_750_000_000_123),
        new StreamEvents.StepsPlanned([s_step]),
        new StreamEvents.ShardsReplaced([s_closed], s_step.Children),
        StreamEvents.ReshardFinished.Instance,
        new StreamEvents.ShardsForgotten([0, 3]),
        new StreamEvents.EncryptionStarted("alias/orders"),
        StreamEvents.EncryptionFinished.Instance,
        StreamEvents.Activated.Instance,
        StreamEvents.DeletionStarted.Instance,
        StreamEvents.Deleted.Instance,
        new StreamState
        {
            Lifecycle = StreamLifecycle.Active,
            Name = "orders",
            CreatedAtMs = 1_750_000_000_123,
            Configuration = StreamConfiguration.Plain(StreamMode.OnDemand, 48),
            Shards = s_slots,
            NextNumber = 8,
        },
        new CatalogueEvents.StreamRegistered("orders", s_life, 16, StreamConfiguration.OnDemand, 1_750_000_000_123),
        new CatalogueEvents.StreamCounted(s_life, 17, StreamMode.OnDemand, StreamStatus.Updating),
        new CatalogueEvents.StreamActivated(s_life),
        new CatalogueEvents.StreamDeleting(s_life),
        new CatalogueEvents.StreamRemoved(s_life),
        new CatalogueState
        {
            Streams = CatalogueState.Empty.Streams.Add("orders", s_entry).Add("Clicks", s_entry with { Name = "Clicks", Status = StreamStatus.Deleting }),
            LastIncarnation = s_life,
            Shards = 16,
        },
    ];

    private static IEnumerable<object> StreamMessages() =>
    [
        new StreamProtocol.Create(s_stream, "orders", 16, StreamConfiguration.OnDemand, 1_750_000_000_123),
        new StreamProtocol.Delete(s_stream),
        new StreamProtocol.Wake(s_stream),
        new StreamProtocol.Describe(s_stream),
        new StreamProtocol.DescribeReply.Found(new StreamDescription(
            new StreamId("eu-central-1", "orders"), s_life, StreamStatus.Updating,
            DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_123), StreamConfiguration.Plain(StreamMode.OnDemand, 48), [],
            [
                new ShardDescription(s_shard with { Shard = 3 }, s_range, 1, [], SequenceNumber.Starting(s_shard with { Shard = 3 }, 1),
                    SequenceNumber.Ending(s_shard with { Shard = 3 }, 1, 44)),
                new ShardDescription(s_shard, s_range, 2, [3, 4], SequenceNumber.Starting(s_shard, 2), null),
            ])),
        new StreamProtocol.DescribeReply.NotFound(s_stream),
        new StreamProtocol.DescribeReply.Unavailable("Recovering."),
        new StreamProtocol.Update(s_stream, new StreamChange.Split(7, HalfSpace + 5), true),
        new StreamProtocol.UpdateReply.Updated(s_description, s_description with { Status = StreamStatus.Updating, Consumers = [s_consumer] }),
        new StreamProtocol.UpdateReply.Refused(ChangeRefusal.ShardQuota, s_description, 16, 17, 2),
        new StreamProtocol.UpdateReply.NotFound(s_stream),
        new StreamProtocol.UpdateReply.Unavailable("Recovering."),
    ];

    private static IEnumerable<object> CatalogueMessages() =>
    [
        new CatalogueProtocol.Create("eu-central-1", "orders", 16, StreamConfiguration.Provisioned),
        new CatalogueProtocol.Delete("eu-central-1", "orders"),
        new CatalogueProtocol.Lookup("eu-central-1", "orders"),
        new CatalogueProtocol.List("eu-central-1", "clicks", 100),
        new CatalogueProtocol.StreamReady("eu-central-1", s_life, null),
        new CatalogueProtocol.Reserve("eu-central-1", s_life, 17),
        new CatalogueProtocol.ReserveReply.Reserved(s_life),
        new CatalogueProtocol.ReserveReply.QuotaExceeded(s_life, 16, 17, 2),
        new CatalogueProtocol.DescribeRegion("eu-central-1"),
        new CatalogueProtocol.RegionReply.Found(16, 10_000, 3),
        new CatalogueProtocol.RegionReply.Unavailable("Recovering."),
        new CatalogueProtocol.StreamGone("eu-central-1", s_life),
        new CatalogueProtocol.Wake("eu-central-1"),
        new CatalogueProtocol.Awake("eu-central-1"),
        new CatalogueProtocol.Noted("eu-central-1", s_life),
        s_entry,
        new CatalogueProtocol.CreateReply.Created(s_life),
        new CatalogueProtocol.CreateReply.AlreadyExists(StreamStatus.Deleting),
        new CatalogueProtocol.CreateReply.QuotaExceeded(9_990, 10_000, 16),
        new CatalogueProtocol.CreateReply.Unavailable("Recovering."),
        new CatalogueProtocol.DeleteReply.Deleting(s_life),
        new CatalogueProtocol.DeleteReply.NotFound(),
        new CatalogueProtocol.DeleteReply.InUse(StreamStatus.Creating),
        new CatalogueProtocol.DeleteReply.Unavailable("Recovering."),
        new CatalogueProtocol.LookupReply.Found(s_entry),
        new CatalogueProtocol.LookupReply.NotFound(),
        new CatalogueProtocol.LookupReply.Unavailable("Recovering."),
        new CatalogueProtocol.ListReply.Page([s_entry], true),
        new CatalogueProtocol.ListReply.Unavailable("Recovering."),
    ];
}
