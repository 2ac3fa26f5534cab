using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Stores one record. An outcome that is not known is an error that SDKs retry.</summary>
internal sealed class PutRecord(IStreams streams, PutPlan plan, ProducerPuts producers, TriesOfCalls tries, GatewayMetrics metrics) : IApiAction
{
    public string Operation => "PutRecord";

    public async Task InvokeAsync(ApiCall call)
    {
        var producer = ProducerHeaders.Of(call);
        var repeats = producer is null ? tries.Of(call) : null;
        using var request = PutRequest.ReadOne(call);
        PutValidation.CheckOne(request);
        var stream = StreamReference.Resolve(request.StreamName, request.StreamArn, call);
        var target = new StreamTarget(streams, stream, call);
        var map = await target.MapAsync();
        var bytes = PutValidation.CheckSizes(request, map.Description.Configuration.MaxRecordSizeKiB);
        if (request.SequenceNumberForOrdering is { } ordering) await CheckOrderingAsync(ordering, stream, map, call);

        var puts = producer is null
            ? await plan.StoreAsync(target, request, map, call, repeats)
            : await producers.StoreAsync(target, request, map, call, producer);
        var put = puts[request.Entries[0].Block];
        var shard = put.Shard;
        if (put.Reply is AppendReply.Repeated)
        {
            metrics.CallRepeated(Operation, stream.Name);
            await call.AnswerAsync(writer => writer.String("ShardId", shard.Key.ShardId));
            return;
        }
        var appended = Appended(put.Reply, stream, shard, call);
        if (appended.IsRepeat) metrics.CallRepeated(Operation, stream.Name);
        else metrics.RecordsPut(stream.Name, 1, bytes, failed: 0, throttled: 0);
        var number = new SequenceNumber(
            shard.Key.Incarnation, appended.Generation, shard.Key.Shard, appended.Row, appended.FirstIndex);
        await call.AnswerAsync(writer =>
        {
            writer.String("ShardId", shard.Key.ShardId);
            writer.String("SequenceNumber", number.ToString());
            if (map.Description.Configuration.EncryptionKey is not null) writer.String("EncryptionType", "KMS");
        });
    }

    private AppendReply.Appended Appended(AppendReply reply, StreamId stream, ShardDescription shard, ApiCall call)
    {
        switch (reply)
        {
            case AppendReply.Appended appended:
                return appended;
            case AppendReply.Refused { Error: AppendError.Overloaded }:
                metrics.RecordsPut(stream.Name, 0, 0, failed: 0, throttled: 1);
                throw KinesisErrors.RateExceeded(shard.Key.ShardId, stream.Name, call.AccountId);
            default:
                throw KinesisErrors.InternalFailure();
        }
    }

    // Numbers rise by themselves in a shard, so all there is to do is to refuse numbers that this stream never gave.
    private async Task CheckOrderingAsync(string text, StreamId stream, StreamMap map, ApiCall call)
    {
        // Stands before every number; producers begin with it.
        if (text == "0") return;
        if (SequenceNumber.TryParse(text, out var number)
            && number.Incarnation == map.Description.Incarnation
            && await streams.FindShardAsync(map, number.Shard, call) is { } shard
            && shard.Generation == number.Generation)
        {
            switch (await streams.BoundsAsync(shard.Key, call.Aborted))
            {
                case BoundsResult.Found { Bounds: var bounds } when number.Row <= Math.Max(bounds.TipRow, bounds.ClosedRow):
                    return;
                case BoundsResult.Unavailable:
                    throw KinesisErrors.InternalFailure();
            }
        }
        throw KinesisErrors.InvalidArgument(
            $"ExclusiveMinimumSequenceNumber {text} used in PutRecord on stream {stream.Name} under account {call.AccountId} is invalid.");
    }
}
