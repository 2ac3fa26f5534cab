using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Takes one record. An outcome that is not known is an error that SDKs retry.</summary>
internal sealed class PutRecord(DeliveryPuts puts) : FirehoseAction("PutRecord")
{
    public override Task InvokeAsync(ApiCall call) => puts.PutAsync(call, DeliveryPutReader.ReadOne, (request, put) =>
    {
        var entry = request.Entries[0];
        var stored = put.Puts[entry.Block];
        var recordId = DeliveryPuts.RecordId(stored, entry.IndexInBlock) ?? throw FirehoseErrors.Unavailable(DeliveryPuts.Refusal(stored));
        return call.AnswerAsync(writer =>
        {
            writer.String("RecordId", recordId);
            writer.Bool("Encrypted", put.IsEncrypted);
        });
    });
}
