using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>Commands that wait for the write in flight, bounded by bytes; what is over the bound is refused at once.</summary>
internal sealed class ShardQueue(ShardOptions options)
{
    /// <summary>What an append costs beside its records.</summary>
    private const int AppendOverheadBytes = 256;
    private readonly Queue<Waiting> _waiting = new();
    private long _bytes;

    public readonly record struct Waiting(ICommand Command, IActorRef ReplyTo);

    public bool TryAdd(ICommand command, IActorRef replyTo)
    {
        var bytes = Bytes(command);
        if (_waiting.Count > 0 && _bytes + bytes > options.QueueBytesMax)
        {
            replyTo.Tell(Refusals.Of(command, AppendError.Overloaded,
                $"{_bytes} bytes wait for the store; at most {options.QueueBytesMax} may."));
            return false;
        }
        _bytes += bytes;
        _waiting.Enqueue(new Waiting(command, replyTo));
        return true;
    }

    public bool TryTake(out Waiting waiting)
    {
        if (!_waiting.TryDequeue(out waiting)) return false;
        _bytes -= Bytes(waiting.Command);
        return true;
    }

    /// <summary>The appends that follow one without another command between, as many as one flush may join.</summary>
    public List<Waiting> TakeAppends(Waiting first)
    {
        var taken = new List<Waiting> { first };
        var (bytes, records) = Size(first);
        while (_waiting.TryPeek(out var next) && next.Command is Append)
        {
            var (nextBytes, nextRecords) = Size(next);
            if (bytes + nextBytes > options.FlushBytesMax || records + nextRecords > options.FlushRecordsMax) break;
            (bytes, records) = (bytes + nextBytes, records + nextRecords);
            TryTake(out next);
            taken.Add(next);
        }
        return taken;
    }

    public void RefuseAll(AppendError error, string detail)
    {
        while (TryTake(out var waiting)) waiting.ReplyTo.Tell(Refusals.Of(waiting.Command, error, detail));
    }

    private static (long Bytes, long Records) Size(Waiting waiting) =>
        waiting.Command is Append append ? (append.Block.Bytes.Length, append.Block.Count) : (0, 0);

    private static long Bytes(ICommand command) => AppendOverheadBytes + (command is Append append ? append.Block.Bytes.Length : 0);
}
