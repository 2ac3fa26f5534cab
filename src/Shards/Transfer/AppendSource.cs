using ActorStreams.Shards.Log;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Transfer;

/// <summary>
/// The sender of one large append: offers it, hands out its chunks, and ends with the answer. An append of which a chunk was never asked
/// for can't have been stored, so that its end is a definite refusal.
/// </summary>
internal sealed class AppendSource : UntypedActor
{
    private readonly IActorRef _shards;
    private readonly OfferAppend _offer;
    private readonly RecordBlock _block;
    private readonly TimeSpan _patience;
    private readonly TaskCompletionSource<AppendReply> _reply;
    private int _sentTo;

    public AppendSource(IActorRef shards, Append append, TimeSpan patience, TaskCompletionSource<AppendReply> reply)
    {
        _shards = shards;
        _offer = OfferAppend.Of(append);
        _block = append.Block;
        _patience = patience;
        _reply = reply;
    }

    protected override void PreStart()
    {
        Context.SetReceiveTimeout(_patience);
        _shards.Tell(_offer);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchChunk fetch when fetch.Offset >= 0 && fetch.Offset < _offer.Bytes:
                var chunk = _block.Bytes.Slice(fetch.Offset, Math.Min(ChunkBytes, _offer.Bytes - fetch.Offset));
                _sentTo = Math.Max(_sentTo, fetch.Offset + chunk.Length);
                Sender.Tell(new BlockChunk(fetch.Offset, chunk));
                break;
            case AppendReply reply:
                End(reply);
                break;
            case ReceiveTimeout:
                End(Unanswered($"No answer came within {_patience.TotalSeconds:0.#} s."));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop() => _reply.TrySetResult(Unanswered("The node is stopping."));

    private void End(AppendReply reply)
    {
        _reply.TrySetResult(reply);
        Context.Stop(Self);
    }

    // A shard of this node had all of it with the offer.
    private AppendReply.Refused Unanswered(string detail) => _sentTo is > 0 and var sent && sent < _offer.Bytes
        ? new AppendReply.Refused(AppendError.NotReady, $"{detail} {sent} of {_offer.Bytes} bytes were fetched.")
        : new AppendReply.Refused(AppendError.OutcomeUnknown, detail);
}
