using ActorStreams.Shards.Log;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Transfer;

/// <summary>
/// Fetches what is offered to the shards of this node from others, and gives each shard its append when that is whole. Of one node the oldest
/// offer comes first, and the bytes of what is half here are bounded; what waits is only its offer.
/// </summary>
internal sealed class AppendReceiver : UntypedActor, IWithTimers
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A chunk is asked for once more after this: what was sent while a connection broke is lost.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<IActorRef, Arrival> _arrivals = [];
    private readonly Dictionary<Address, Link> _links = [];
    private readonly long _bytesMax;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private long _bytes;

    /// <param name="bytesMax">Bytes of blocks that are half here, together; one block alone may be larger.</param>
    /// <param name="patience">How long a chunk, or the begin, may be waited for before the append is refused.</param>
    public AppendReceiver(long bytesMax, TimeSpan patience, TimeProvider time)
    {
        _bytesMax = bytesMax;
        _patience = patience;
        _time = time;
    }

    /// <summary>A shard of this node was offered an append.</summary>
    public sealed record Fetch(OfferAppend Offer, IActorRef Source, IActorRef Shard) : INoSerializationVerificationNeeded;

    private sealed class Arrival(Fetch fetch, Link link, long since)
    {
        public Fetch Fetch => fetch;
        public Link Link => link;

        /// <summary>Null until it begins.</summary>
        public ChunkedBlock? Block { get; set; }

        /// <summary>When it was offered, or the last chunk came.</summary>
        public long ProgressAt { get; set; } = since;

        public bool AskedAgain { get; set; }
    }

    /// <summary>What comes from one node, oldest first.</summary>
    private sealed class Link
    {
        public LinkedList<Arrival> Arrivals { get; } = new();

        public int ChunksInFlight { get; set; }
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Fetch fetch:
                Begin(fetch);
                break;
            case BlockChunk chunk:
                if (_arrivals.TryGetValue(Sender, out var arrival)) Accept(arrival, chunk);
                break;
            case Look:
                LookAfter();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(Fetch fetch)
    {
        if (!RecordBlock.CanHold(fetch.Offer.Bytes, fetch.Offer.Records))
        {
            fetch.Source.Tell(new AppendReply.Refused(AppendError.NotReady, $"{fetch.Offer.Bytes} bytes can't hold {fetch.Offer.Records} records."));
            return;
        }
        var node = fetch.Source.Path.Address;
        if (!_links.TryGetValue(node, out var link)) _links.Add(node, link = new Link());
        var arrival = new Arrival(fetch, link, _time.GetTimestamp());
        if (!_arrivals.TryAdd(fetch.Source, arrival)) return;
        link.Arrivals.AddLast(arrival);
        if (_arrivals.Count == 1) Timers.StartPeriodicTimer(nameof(Look), Look.Instance, LookInterval);
        Ask(link);
    }

    private void Ask(Link link)
    {
        foreach (var arrival in link.Arrivals)
        {
            if (arrival.Block is null)
            {
                if (_bytes > 0 && _bytes + arrival.Fetch.Offer.Bytes > _bytesMax) return;
                _bytes += arrival.Fetch.Offer.Bytes;
                arrival.Block = new ChunkedBlock(arrival.Fetch.Offer.Bytes);
                arrival.ProgressAt = _time.GetTimestamp();
            }
            for (; arrival.Block.HasMoreToAsk; link.ChunksInFlight++)
            {
                if (link.ChunksInFlight >= ChunksInFlight) return;
                arrival.Fetch.Source.Tell(new FetchChunk(arrival.Block.AskNext()));
            }
        }
    }

    private void Accept(Arrival arrival, BlockChunk chunk)
    {
        if (arrival.Block is not { } block || !block.TryAccept(chunk.Offset, chunk.Bytes.Span)) return;
        arrival.Link.ChunksInFlight--;
        arrival.ProgressAt = _time.GetTimestamp();
        arrival.AskedAgain = false;
        if (!block.IsWhole)
        {
            Ask(arrival.Link);
            return;
        }
        var (offer, source, shard) = arrival.Fetch;
        // One that has stopped meanwhile leaves it to the dead letters, which refuse it.
        shard.Tell(offer.With(new RecordBlock(block.Joined, offer.Records)), source);
        Remove(arrival);
    }

    private void Remove(Arrival arrival)
    {
        _arrivals.Remove(arrival.Fetch.Source);
        arrival.Link.Arrivals.Remove(arrival);
        if (arrival.Block is { } block)
        {
            _bytes -= arrival.Fetch.Offer.Bytes;
            arrival.Link.ChunksInFlight -= block.Asked.Count;
        }
        foreach (var (node, link) in _links.ToArray())
        {
            if (link.Arrivals.Count == 0) _links.Remove(node);
            else Ask(link);
        }
        if (_arrivals.Count == 0) Timers.Cancel(nameof(Look));
    }

    private void LookAfter()
    {
        foreach (var arrival in _arrivals.Values.ToArray())
        {
            var still = _time.GetElapsedTime(arrival.ProgressAt);
            if (still > _patience)
            {
                arrival.Fetch.Source.Tell(arrival.Block is null
                    ? new AppendReply.Refused(AppendError.Overloaded, $"{_bytes} bytes of large appends are on their way to this node; at most {_bytesMax} may be.")
                    : new AppendReply.Refused(AppendError.NotReady, $"The append did not come whole: nothing was heard of its rest for {still.TotalSeconds:0.#} s."));
                Remove(arrival);
            }
            else if (arrival is { AskedAgain: false, Block.Asked.Count: > 0 } && still > AskAgainAfter)
            {
                arrival.AskedAgain = true;
                foreach (var offset in arrival.Block.Asked) arrival.Fetch.Source.Tell(new FetchChunk(offset));
            }
        }
    }

    private sealed class Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }
}
