using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Stores up to 500 records, shard by shard: the entries of one shard succeed or fail together, and the answer says so entry by entry
/// in the order of the request. Where the outcome of some is unknown and the SDK tries again, the call fails as a whole, since SDKs take an
/// answer with failed entries for the last word.
/// </summary>
internal sealed class PutRecords(IStreams streams, PutPlan plan, ProducerPuts producers, TriesOfCalls tries, GatewayMetrics metrics) : IApiAction
{
    public string Operation => "PutRecords";

    public async Task InvokeAsync(ApiCall call)
    {
        var producer = ProducerHeaders.Of(call);
        var repeats = producer is null ? tries.Of(call) : null;
        using var request = PutRequest.ReadMany(call);
        PutValidation.CheckMany(request);
        var stream = StreamReference.Resolve(request.StreamName, request.StreamArn, call);
        var target = new StreamTarget(streams, stream, call);
        var map = await target.MapAsync();
        PutValidation.CheckSizes(request, map.Description.Configuration.MaxRecordSizeKiB);

        var puts = producer is null
            ? await plan.StoreAsync(target, request, map, call, repeats)
            : await producers.StoreAsync(target, request, map, call, producer);
        Count(stream.Name, request, puts);
        if (repeats?.IsForNextTry(request, puts) == true) throw KinesisErrors.InternalFailure();
        PutRecordsAnswer.Write(call, request, puts, stream, isEncrypted: map.Description.Configuration.EncryptionKey is not null);
        await call.Response.BodyWriter.FlushAsync(call.Aborted);
    }

    private void Count(string stream, PutRequest request, List<ShardPut> puts)
    {
        var tally = PutTally.Of(request, puts);
        metrics.RecordsPut(stream, tally.Stored, tally.KeyBytes + tally.DataBytes, tally.Failed, tally.Throttled);
        if (tally.IsRepeat) metrics.CallRepeated(Operation, stream);
    }
}
