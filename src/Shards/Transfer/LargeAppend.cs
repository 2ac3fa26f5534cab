using ActorStreams.Shards.Log;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Transfer;

/// <summary>An append that is too large for one message between nodes.</summary>
internal static class LargeAppend
{
    /// <param name="patience">How long nothing may be heard of it: no chunk asked for, no answer.</param>
    public static async Task<AppendReply> SendAsync(ActorSystem system, IActorRef shards, Append append, TimeSpan patience, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var reply = new TaskCompletionSource<AppendReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Not by an expression, which would be compiled for each append.
        var source = system.ActorOf(Props.Create<AppendSource>(shards, append, patience, reply));
        await using var registration = cancel.Register(() =>
        {
            reply.TrySetCanceled(cancel);
            system.Stop(source);
        });
        return await reply.Task.ConfigureAwait(false);
    }
}
