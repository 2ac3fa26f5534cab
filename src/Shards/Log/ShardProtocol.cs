using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Log;

/// <summary>The next record to read: a journal row and the index in its batch. Row 0 means from the trim horizon.</summary>
public readonly record struct ShardPosition(long Row, int Index) : IComparable<ShardPosition>
{
    public static ShardPosition TrimHorizon => default;

    public int CompareTo(ShardPosition other) => Row != other.Row ? Row.CompareTo(other.Row) : Index.CompareTo(other.Index);

    /// <summary>The position of the record with this number, or the one after it.</summary>
    public static ShardPosition At(SequenceNumber number) => new(number.Row, number.Index);
    public static ShardPosition After(SequenceNumber number) =>
        number.Index == SequenceNumber.IndexMax ? new(number.Row + 1, 0) : new(number.Row, number.Index + 1);
}

/// <summary>How far a producer has got in a part of the hash key space; a split and a merge leave several parts side by side.</summary>
public sealed record RangePosition(HashKeyRange Range, ProducerPosition Position);

/// <summary>What a shard remembers of one producer: the highest epoch that attached, and its positions by hash key range.</summary>
public sealed record ProducerEntry(string Producer, long Epoch, ImmutableArray<RangePosition> Positions);

/// <summary>
/// One SubscribeToShard of a fan-out consumer. Of one consumer, told apart from a later one of its name by when it was registered, the
/// newest one reads a shard.
/// </summary>
/// <param name="Id">Not used for any other subscription.</param>
public sealed record FanOutSubscription(string Consumer, long ConsumerCreatedAtSeconds, string Id)
{
    /// <summary>A subscription can't be taken over for so long after it began (service documentation).</summary>
    public static readonly TimeSpan ProtectedFor = TimeSpan.FromSeconds(5);
}

/// <summary>Records and bytes that readers were given.</summary>
public readonly record struct Taken(long Records, long Bytes);

/// <summary>A hash key, a partition key that has it, and its part of a load, 0 to 1.</summary>
public sealed record KeyShare(UInt128 HashKey, string PartitionKey, double Share);

/// <summary>Messages to a shard and its answers.</summary>
public static class ShardProtocol
{
    /// <summary>The serializer binds here, so that no message can be forgotten.</summary>
    public interface IMessage;

    /// <summary>Routed by the shard it names.</summary>
    public interface IRequest : IMessage
    {
        ShardKey Shard { get; }
    }

    public interface ICommand : IRequest;

    public interface IQuery : IRequest;

    /// <summary>
    /// Gives an unborn shard its range, ancestry and encryption key, null for none; answered <see cref="OpenReply"/>, again and again with the
    /// same answer.
    /// </summary>
    public sealed record Open(
        ShardKey Shard,
        HashKeyRange Range,
        int Generation,
        ImmutableArray<int> Parents,
        long ArrivalFloorMs,
        ImmutableArray<ProducerEntry> Inherited,
        string? KeyName = null) : ICommand;

    /// <summary>Appends a block of records, all or none. With <paramref name="Producer"/> it is idempotent. Answered <see cref="AppendReply"/>.</summary>
    /// <remarks>With <paramref name="Call"/> a block that the shard stored for it within the window is answered as it was at first.</remarks>
    /// <param name="Trace">The span that the append belongs to, as W3C writes it; null where it is not traced.</param>
    public sealed record Append(
        ShardKey Shard, RecordBlock Block, ProducerAppend? Producer = null, CallToken? Call = null, string? Trace = null) : ICommand;

    /// <summary>Asks what the shard stored of a call within the window; a closed one answers for ever the same. Answered <see cref="FindCallsReply"/>.</summary>
    public sealed record FindCalls(ShardKey Shard, UInt128 Id) : IQuery;

    /// <summary>
    /// Names who appends, under which epoch, after which position (<see cref="ProducerPosition.None"/> at first) and up to which.
    /// A position not above the one stored is a repeat and answered as done; another predecessor than the stored one is a gap and refused.
    /// </summary>
    public sealed record ProducerAppend(string Producer, long Epoch, ProducerPosition Predecessor, ProducerPosition Position);

    /// <summary>Registers a producer's epoch durably and shuts lower ones out; answered <see cref="AttachReply"/>.</summary>
    public sealed record Attach(ShardKey Shard, string Producer, long Epoch) : ICommand;

    /// <summary>Ends writing for good (split, merge); answered <see cref="CloseReply"/>, again and again with the same answer.</summary>
    public sealed record Close(ShardKey Shard, ImmutableArray<int> Children) : ICommand;

    /// <summary>
    /// Seals what is appended after it with the key of this name, or stores it in clear where that is null; what is stored stays as it is.
    /// Answered <see cref="EncryptReply"/> when that is durable, again and again with the same answer.
    /// </summary>
    public sealed record Encrypt(ShardKey Shard, string? KeyName) : ICommand;

    /// <summary>Ends the shard with its stream: every record is deleted, an empty event stays. Answered <see cref="EndReply"/>.</summary>
    public sealed record End(ShardKey Shard) : ICommand;

    /// <summary>Gives up batches whose last record arrived before the time; answered <see cref="TrimReply"/> when that is durable.</summary>
    public sealed record Trim(ShardKey Shard, long BeforeMs) : ICommand;

    /// <summary>
    /// Asks for what follows a position. Answered <see cref="ReadReply"/>: from the tail when it covers the position, else with how
    /// far the store may be read. At the tip the answer waits up to <paramref name="Wait"/> for new records.
    /// </summary>
    /// <param name="Subscription">A fan-out consumer's, refused once another one took over; null for everybody else.</param>
    /// <param name="Taken">What the sender's node was given of this shard since it last said so; only it knows what it took out of the store.</param>
    public sealed record Read(
        ShardKey Shard, ShardPosition From, int RecordsMax, int BytesMax, TimeSpan Wait, FanOutSubscription? Subscription = null, Taken Taken = default)
        : IQuery;

    /// <summary>Makes a subscription the one that its consumer reads the shard by; answered <see cref="SubscribeReply"/>.</summary>
    public sealed record Subscribe(ShardKey Shard, FanOutSubscription Subscription) : IQuery;

    /// <summary>Asks its owner for everything that people want to know of the shard; answered <see cref="InspectReply"/>.</summary>
    public sealed record Inspect(ShardKey Shard) : IQuery;

    /// <summary>Asks what the shard is written to by; answered <see cref="LoadReply"/>.</summary>
    public sealed record MeasureLoad(ShardKey Shard) : IQuery;

    public abstract record InspectReply : IMessage
    {
        private InspectReply() { }

        /// <summary>As the owner knows it; the store was not asked, so one that was stopped and woken may be behind.</summary>
        /// <param name="Node">Address of the owner's node.</param>
        /// <param name="Epoch">How often the shard was owned.</param>
        /// <param name="Records">About how many records are kept, and how many bytes of the store they take.</param>
        /// <param name="In">What was appended lately; repeats do not count.</param>
        /// <param name="Out">What was read lately, by all readers together.</param>
        /// <param name="HotKeys">The hash keys that make the largest parts of what was appended in the last minute, by samples; the largest first.</param>
        /// <param name="Producers">Producers with positions that the shard remembers.</param>
        public sealed record Found(
            ShardKey Shard,
            HashKeyRange Range,
            ImmutableArray<int> Parents,
            ShardBounds Bounds,
            string Node,
            long Epoch,
            long Records,
            long Bytes,
            Flow In,
            Flow Out,
            ImmutableArray<KeyShare> HotKeys,
            int Producers) : InspectReply;

        public sealed record Refused(AppendError Error, string Detail) : InspectReply;
    }

    public abstract record LoadReply : IMessage
    {
        private LoadReply() { }

        /// <param name="Records">Records and bytes appended since this incarnation of the owner began.</param>
        /// <param name="Samples">Samples of the last minute, on which the rest is based; 0 for none.</param>
        /// <param name="MedianKey">Half of the load has hash keys up to this one.</param>
        /// <param name="HotKey">The hash key with the largest part of the load, which part that is, and a partition key of it.</param>
        public sealed record Measured(
            ShardKey Shard, long Records, long Bytes, int Samples, UInt128 MedianKey, UInt128 HotKey, double HotKeyShare, string HotPartitionKey) : LoadReply;

        public sealed record Refused(AppendError Error, string Detail) : LoadReply;
    }

    public abstract record OpenReply : IMessage
    {
        private OpenReply() { }

        public sealed record Opened(ShardKey Shard, int Generation) : OpenReply;

        /// <summary>The shard was opened before with another range, generation or parents, or is closed or ended.</summary>
        public sealed record Refused(ShardKey Shard, string Reason) : OpenReply;
    }

    public abstract record AppendReply : IMessage
    {
        private AppendReply() { }

        /// <summary>Durable, as <paramref name="Count"/> records from <paramref name="FirstIndex"/> on in the batch of this row.</summary>
        /// <param name="IsRepeat">By an earlier try of the same call; this one stored nothing.</param>
        public sealed record Appended(int Generation, long Row, int FirstIndex, int Count, long ArrivalMs, bool IsRepeat = false) : AppendReply;

        /// <summary>The producer's position was reached before: done, nothing was stored by this call.</summary>
        public sealed record Repeated(ProducerPosition Position) : AppendReply;

        /// <summary>Nothing was stored by this call, unless the error is <see cref="AppendError.OutcomeUnknown"/>.</summary>
        public sealed record Refused(AppendError Error, string Detail, ImmutableArray<int> Children = default) : AppendReply;
    }

    public enum AppendError
    {
        /// <summary>No such shard was ever opened here; the stream may be of a former life.</summary>
        NotOpened = 1,

        /// <summary>Closed by a split or merge; the children are named.</summary>
        Closed = 2,

        /// <summary>Deleted with its stream.</summary>
        Ended = 3,

        /// <summary>Recovering, handing over or held back after a lost write; definite, so it may be sent again.</summary>
        NotReady = 4,

        /// <summary>More waits for the store than the bounds allow; definite.</summary>
        Overloaded = 5,

        /// <summary>The store did not confirm: the records may or may not be there.</summary>
        OutcomeUnknown = 6,

        /// <summary>A higher epoch of this producer has attached.</summary>
        StaleEpoch = 7,

        /// <summary>The predecessor is not the position stored; something between was never appended, or was by others.</summary>
        Gap = 8,

        /// <summary>The producer never attached to this shard under this epoch.</summary>
        NotAttached = 9,

        /// <summary>Another subscription of the same fan-out consumer took over.</summary>
        Superseded = 10,

        /// <summary>Some of the call's entries are stored here, not just these: ask which, and send the others.</summary>
        CallOverlaps = 11,

        /// <summary>The call's token was used with another body.</summary>
        OtherBody = 12,
    }

    public abstract record FindCallsReply : IMessage
    {
        private FindCallsReply() { }

        /// <summary>What is durable of the call, oldest first.</summary>
        public sealed record Found(int Generation, bool IsClosed, ImmutableArray<CallBlock> Blocks) : FindCallsReply;

        public sealed record Refused(AppendError Error, string Detail) : FindCallsReply;
    }

    public abstract record AttachReply : IMessage
    {
        private AttachReply() { }

        /// <summary>The positions reached so far, by hash key range; none at first.</summary>
        public sealed record Attached(ImmutableArray<RangePosition> Positions) : AttachReply;

        public sealed record Refused(AppendError Error, string Detail) : AttachReply;
    }

    public abstract record CloseReply : IMessage
    {
        private CloseReply() { }

        /// <summary>What the children inherit: the ending row, the latest arrival time, the producers.</summary>
        public sealed record Closed(ShardKey Shard, long ClosedRow, long LastArrivalMs, ImmutableArray<ProducerEntry> Producers) : CloseReply;

        public sealed record Refused(ShardKey Shard, AppendError Error, string Detail) : CloseReply;
    }

    public abstract record EncryptReply : IMessage
    {
        private EncryptReply() { }

        public sealed record Encrypted(ShardKey Shard, string? KeyName) : EncryptReply;

        public sealed record Refused(ShardKey Shard, AppendError Error, string Detail) : EncryptReply;
    }

    public abstract record EndReply : IMessage
    {
        private EndReply() { }

        public sealed record Ended(ShardKey Shard) : EndReply;

        public sealed record Refused(ShardKey Shard, string Reason) : EndReply;
    }

    public abstract record TrimReply : IMessage
    {
        private TrimReply() { }

        public sealed record Trimmed(ShardKey Shard, long TrimmedToRow) : TrimReply;

        public sealed record Refused(ShardKey Shard, string Reason) : TrimReply;
    }

    /// <summary>Where a shard ends and begins, as its owner knows it and the store confirmed within the last seconds.</summary>
    /// <param name="TipRow">Journal row of the newest batch; 0 when there never was one.</param>
    /// <param name="TipCount">Records in that batch, so that the position after the tip is (TipRow, TipCount).</param>
    /// <param name="TrimmedToRow">Rows up to this one are given up; 0 when none is.</param>
    /// <param name="ClosedRow">Row of the closing event; 0 while the shard is open.</param>
    public sealed record ShardBounds(
        int Generation, long TipRow, int TipCount, long TipArrivalMs, long TrimmedToRow, long ClosedRow, ImmutableArray<int> Children) : IMessage
    {
        public ShardPosition AfterTip => TipRow == 0 ? new ShardPosition(1, 0) : new ShardPosition(TipRow, TipCount);

        public bool IsClosed => ClosedRow != 0;
    }

    public abstract record SubscribeReply : IMessage
    {
        private SubscribeReply() { }

        /// <summary>Every other subscription of the consumer is refused from now on.</summary>
        public sealed record Accepted(ShardKey Shard) : SubscribeReply;

        /// <summary>Another one was accepted less than <see cref="FanOutSubscription.ProtectedFor"/> ago.</summary>
        public sealed record InUse(ShardKey Shard) : SubscribeReply;

        public sealed record Refused(AppendError Error, string Detail) : SubscribeReply;
    }

    public abstract record ReadReply : IMessage
    {
        private ReadReply() { }

        /// <summary>Whole batches from the one of the position on, oldest first; empty at the tip.</summary>
        public sealed record FromTail(ImmutableArray<RecordBatch> Batches, ShardBounds Bounds) : ReadReply;

        /// <summary>The tail does not reach back that far: read the rows up to the tip from the store.</summary>
        public sealed record FromStore(ShardBounds Bounds) : ReadReply;

        public sealed record Refused(AppendError Error, string Detail) : ReadReply;
    }
}
