using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// Takes up to 500 records, and answers entry by entry in the order of the request. Where the outcome is unknown and the SDK tries again, the
/// call fails as a whole, since SDKs take an answer with failed entries for the last word.
/// </summary>
internal sealed class PutRecordBatch(DeliveryPuts puts) : FirehoseAction("PutRecordBatch")
{
    public override Task InvokeAsync(ApiCall call) => puts.PutAsync(call, DeliveryPutReader.ReadBatch, (request, put) => call.AnswerAsync(writer =>
    {
        var failed = 0;
        writer.StartArray("RequestResponses");
        foreach (ref readonly var entry in request.Entries)
        {
            writer.StartObject();
            var stored = put.Puts[entry.Block];
            if (DeliveryPuts.RecordId(stored, entry.IndexInBlock) is { } recordId)
            {
                writer.String("RecordId", recordId);
            }
            else
            {
                failed++;
                writer.String("ErrorCode", FirehoseErrors.UnavailableType);
                writer.String("ErrorMessage", DeliveryPuts.Refusal(stored));
            }
            writer.EndObject();
        }
        writer.EndArray();
        writer.Number("FailedPutCount", failed);
        writer.Bool("Encrypted", put.IsEncrypted);
    }));
}
