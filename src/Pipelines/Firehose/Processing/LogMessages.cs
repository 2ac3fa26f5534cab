using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>
/// Firehose's CloudWatchLogProcessing with DataMessageExtraction: of a batch of log events as CloudWatch Logs subscriptions send them, the
/// messages alone, with a newline between them. Its control messages, which have none, are dropped.
/// </summary>
public sealed class LogMessages : IRecordStep
{
    public const string FailedCode = "CloudWatchLogProcessing.Failed";

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        var dropped = 0;
        foreach (var record in records)
        {
            cancel.ThrowIfCancellationRequested();
            var (messages, problem) = Extract(record.Data);
            if (problem is not null) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, FailedCode, problem, 1));
            else if (messages is null) dropped++;
            else good.Add(record with { Data = messages });
        }
        return Task.FromResult(new Processed(good, failed, dropped));
    }

    /// <summary>Neither messages nor a problem: a control message.</summary>
    private static (byte[]? Messages, string? Problem) Extract(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return (null, "The data is no batch of log events: it is not a JSON object.");
            if (root.TryGetProperty("messageType", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("CONTROL_MESSAGE")) return (null, null);
            if (!root.TryGetProperty("logEvents", out var events) || events.ValueKind != JsonValueKind.Array)
                return (null, "The data is no batch of log events: it has no array logEvents.");
            var output = new ArrayBufferWriter<byte>(data.Length);
            foreach (var item in events.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.String)
                    return (null, "The data is no batch of log events: one has no text message.");
                if (output.WrittenCount > 0) output.Write("\n"u8);
                Encoding.UTF8.GetBytes(message.GetString(), output);
            }
            return output.WrittenCount == 0 ? (null, null) : (output.WrittenSpan.ToArray(), null);
        }
        catch (JsonException e)
        {
            return (null, NotJson.Said(e));
        }
        catch (InvalidOperationException)
        {
            return (null, "A message is not valid Unicode text.");
        }
    }
}
