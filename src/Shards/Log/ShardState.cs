using System.Collections.Immutable;
using System.Text;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

public enum ShardLifecycle
{
    Unborn = 0,
    Open = 1,
    Closed = 2,
    Ended = 3,
}

/// <summary>
/// All that a shard remembers; payloads live in the journal alone. Pure: time comes with the command and is stored in the event,
/// so replay of any prefix of events gives the same state.
/// <code>
/// Unborn ──Opened──▶ Open ──Closed──▶ Closed
///                     └───────Ended──────┴──▶ Ended
/// </code>
/// </summary>
public sealed record ShardState
{
    /// <summary>Producers a shard remembers at most; each costs some hundred bytes in every snapshot.</summary>
    public const int ProducersMax = 10_000;

    /// <summary>A producer's name: 1 to this many UTF-8 bytes.</summary>
    public const int ProducerNameBytesMax = 256;

    public static readonly ShardState Unborn = new();

    public ShardLifecycle Lifecycle { get; init; }
    public HashKeyRange Range { get; init; } = HashKeyRange.Whole;
    public int Generation { get; init; }
    public ImmutableArray<int> Parents { get; init; } = [];
    public ImmutableArray<int> Children { get; init; } = [];
    public long OwnerEpoch { get; init; }

    /// <summary>The process that owns the shard, as the newest ownership event names it.</summary>
    public string OwnerNode { get; init; } = "";

    /// <summary>Journal row of the newest event.</summary>
    public long LastRow { get; init; }
    public long TipRow { get; init; }
    public int TipCount { get; init; }

    /// <summary>Arrival of the newest record, or the floor that the parents' records set.</summary>
    public long LastArrivalMs { get; init; }
    public long TrimmedToRow { get; init; }
    public long ClosedRow { get; init; }

    /// <summary>Records and payload bytes ever appended.</summary>
    public long RecordsTotal { get; init; }
    public long BytesTotal { get; init; }

    /// <summary>Totals at some rows, so that the size of what is given up is known.</summary>
    public ImmutableArray<RowMark> Marks { get; init; } = [];
    public ImmutableDictionary<string, ProducerEntry> Producers { get; init; } = ImmutableDictionary<string, ProducerEntry>.Empty;

    /// <summary>The key that batches are sealed with before they are written; null where they are stored in clear.</summary>
    public EncryptionKeyRef? Encryption { get; init; }

    public ShardBounds Bounds => new(Generation, TipRow, TipCount, LastArrivalMs, TrimmedToRow, ClosedRow, Children);

    /// <summary>About what is kept between the trim horizon and the tip: records, and bytes as they stand in the store.</summary>
    public (long Records, long Bytes) Retained
    {
        get
        {
            var given = RowMarks.At(Marks, TrimmedToRow, Totals);
            return (RecordsTotal - given.Records, BytesTotal - given.Bytes);
        }
    }

    private RowMark Totals => new(TipRow, RecordsTotal, BytesTotal);

    /// <summary>The event that makes <paramref name="open"/> true, or null where it is already so or is refused.</summary>
    /// <param name="key">The key that the command names, as the node has it.</param>
    public (ShardEvents.Opened? Event, OpenReply Reply) Decide(Open open, string node, EncryptionKeyRef? key = null)
    {
        var done = new OpenReply.Opened(open.Shard, open.Generation);
        if (Lifecycle == ShardLifecycle.Unborn)
            return (new ShardEvents.Opened(open.Range, open.Generation, open.Parents, open.ArrivalFloorMs, open.Inherited, node, key), done);
        if (Lifecycle == ShardLifecycle.Open && Range == open.Range && Generation == open.Generation && Parents.SequenceEqual(open.Parents))
            return (null, done);
        return (null, new OpenReply.Refused(open.Shard,
            $"The shard is {Lifecycle} with range {Range} and generation {Generation}; asked to open with {open.Range} and {open.Generation}."));
    }

    public (ShardEvents.ProducerAttached? Event, AttachReply? Refusal) Decide(Attach attach)
    {
        if (Refuse() is { } error) return (null, new AttachReply.Refused(error.Error, error.Detail));
        var nameBytes = Encoding.UTF8.GetByteCount(attach.Producer);
        if (nameBytes is 0 or > ProducerNameBytesMax)
            return (null, new AttachReply.Refused(AppendError.NotAttached, $"A producer's name has 1 to {ProducerNameBytesMax} bytes; this one has {nameBytes}."));
        // Half a surrogate pair is stored as a replacement character: the batches of this producer would then name another one.
        if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(attach.Producer)) != attach.Producer)
            return (null, new AttachReply.Refused(AppendError.NotAttached, "A producer's name is well-formed Unicode; this one holds half a surrogate pair."));
        if (Producers.TryGetValue(attach.Producer, out var entry))
        {
            if (attach.Epoch < entry.Epoch) return (null, new AttachReply.Refused(AppendError.StaleEpoch, Stale(entry, attach.Epoch)));
            if (attach.Epoch == entry.Epoch) return (null, null);
        }
        else if (Producers.Count >= ProducersMax)
        {
            return (null, new AttachReply.Refused(AppendError.Overloaded, $"The shard remembers {ProducersMax} producers, which is its limit."));
        }
        return (new ShardEvents.ProducerAttached(attach.Producer, attach.Epoch), null);
    }

    /// <summary>The answer to an attach that is durable.</summary>
    public AttachReply Attached(string producer) =>
        new AttachReply.Attached(Producers.TryGetValue(producer, out var entry) ? entry.Positions : []);

    public (ShardEvents.Closed? Event, CloseReply? Refusal) Decide(Close close) => Lifecycle switch
    {
        ShardLifecycle.Open => (new ShardEvents.Closed(close.Children), null),
        ShardLifecycle.Closed when Children.SequenceEqual(close.Children) => (null, null),
        ShardLifecycle.Closed => (null, new CloseReply.Refused(close.Shard, AppendError.Closed, $"The shard was closed for {Named(Children)}.")),
        _ => (null, new CloseReply.Refused(close.Shard, Refuse()!.Value.Error, Refuse()!.Value.Detail)),
    };

    /// <summary>The answer to a close that is durable.</summary>
    public CloseReply Closed(Streams.ShardKey shard) => new CloseReply.Closed(shard, ClosedRow, LastArrivalMs, [.. Producers.Values]);

    /// <summary>The event that makes the command true, or null where it is so already or is refused; the answer once it is durable.</summary>
    /// <param name="key">The key that the command names, as the node has it; null for none.</param>
    public (ShardEvents.EncryptionSet? Event, EncryptReply Reply) Decide(Encrypt encrypt, EncryptionKeyRef? key)
    {
        var done = new EncryptReply.Encrypted(encrypt.Shard, encrypt.KeyName);
        // A closed shard takes no records that could be sealed.
        if (Lifecycle == ShardLifecycle.Closed) return (null, done);
        if (Refuse() is { } error) return (null, new EncryptReply.Refused(encrypt.Shard, error.Error, error.Detail));
        if (Encryption == key) return (null, done);
        if (key is null || Encryption?.Name != key.Name) return (new ShardEvents.EncryptionSet(key), done);
        // The same name is the same key, whatever a node has under it: another takes its place only after the encryption was stopped.
        return (Encryption.Check.Length == 0 ? new ShardEvents.EncryptionSet(key) : null, done);
    }

    /// <summary>The trim that gives up rows up to <paramref name="row"/>, or null where they are given up already or hold the state alone.</summary>
    public ShardEvents.TrimmedTo? DecideTrim(long row) => row > TrimmedToRow && row <= LastRow && Lifecycle != ShardLifecycle.Unborn
        ? new ShardEvents.TrimmedTo(row)
        : null;

    /// <summary>Why the shard takes no records, or null when it does.</summary>
    public (AppendError Error, string Detail)? Refuse() => Lifecycle switch
    {
        ShardLifecycle.Open => null,
        ShardLifecycle.Unborn => (AppendError.NotOpened, "The shard was never opened."),
        ShardLifecycle.Closed => (AppendError.Closed, $"The shard was closed; {Named(Children)} took its keys."),
        _ => (AppendError.Ended, "The shard ended with its stream."),
    };

    /// <summary>
    /// Replays one fact. Throws on an event that does not belong here: the journal is then not ours to serve. Throws
    /// <see cref="MissingRowsException"/> where rows are missing before it; an <c>Ended</c> needs none of them.
    /// </summary>
    public ShardState Apply(ShardEvents.IShardEvent e, long row)
    {
        if (row != LastRow + 1 && e is not ShardEvents.Ended) throw new MissingRowsException(LastRow, row);
        return Follow(e, row);
    }

    private ShardState Follow(ShardEvents.IShardEvent e, long row) => e switch
    {
        ShardEvents.Opened o => this with
        {
            Lifecycle = ShardLifecycle.Open,
            Range = o.Range,
            Generation = o.Generation,
            Parents = o.Parents,
            LastArrivalMs = o.ArrivalFloorMs,
            OwnerEpoch = 1,
            OwnerNode = o.Node,
            Producers = Inherit(o.Inherited, o.Range),
            Encryption = o.Encryption,
            LastRow = row,
        },
        ShardEvents.Owned o => this with { OwnerEpoch = o.Epoch, OwnerNode = o.Node, LastRow = row },
        ShardEvents.RecordsAppended a => Append(a.Batch, row),
        ShardEvents.ProducerAttached p => this with { Producers = Producers.SetItem(p.Producer, AtEpoch(p)), LastRow = row },
        ShardEvents.EncryptionSet s => this with { Encryption = s.Key, LastRow = row },
        ShardEvents.TrimmedTo t => this with { TrimmedToRow = t.Row, Marks = RowMarks.Trimmed(Marks, t.Row, Totals), LastRow = row },
        ShardEvents.Closed c => this with { Lifecycle = ShardLifecycle.Closed, Children = c.Children, ClosedRow = row, LastRow = row },
        ShardEvents.Ended => this with
        {
            Lifecycle = ShardLifecycle.Ended,
            TrimmedToRow = row - 1,
            Marks = [],
            Producers = ImmutableDictionary<string, ProducerEntry>.Empty,
            LastRow = row,
        },
        _ => throw new InvalidOperationException($"A shard does not know the event {e.GetType()}."),
    };

    private ShardState Append(RecordBatch batch, long row)
    {
        if (batch.Row != row) throw new DamagedBatchException($"Row {row} holds a batch that was written for row {batch.Row}.");
        var producers = Producers;
        if (batch.Header.ProducerBytes > 0)
        {
            foreach (var advance in batch.Advances())
                producers = producers.SetItem(advance.Producer, ProducerPositions.Advance(producers[advance.Producer], Range, advance));
        }
        var tip = new RowMark(row, RecordsTotal + batch.Count, BytesTotal + batch.StoredBytes);
        return this with
        {
            LastRow = row,
            TipRow = row,
            TipCount = batch.Count,
            LastArrivalMs = batch.Header.LastArrivalMs,
            RecordsTotal = tip.Records,
            BytesTotal = tip.Bytes,
            Marks = RowMarks.Reached(Marks, tip),
            Producers = producers,
        };
    }

    private ProducerEntry AtEpoch(ShardEvents.ProducerAttached p) =>
        Producers.TryGetValue(p.Producer, out var entry) ? entry with { Epoch = p.Epoch } : new ProducerEntry(p.Producer, p.Epoch, []);

    private static ImmutableDictionary<string, ProducerEntry> Inherit(ImmutableArray<ProducerEntry> entries, HashKeyRange range)
    {
        var producers = ImmutableDictionary<string, ProducerEntry>.Empty;
        foreach (var entry in entries)
        {
            var own = ProducerPositions.Within(entry, range);
            producers = producers.SetItem(entry.Producer,
                producers.TryGetValue(entry.Producer, out var other) ? ProducerPositions.Join(other, own) : own);
        }
        return producers;
    }

    internal static string Stale(ProducerEntry entry, long epoch) =>
        $"Producer {entry.Producer} attached under epoch {entry.Epoch}; this call says {epoch}.";

    private static string Named(ImmutableArray<int> shards) => string.Join(" and ", shards.Select(Streams.ShardIds.Format));
}
