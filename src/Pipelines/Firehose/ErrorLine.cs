using System.Buffers;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>A record that could not be processed, as a line of the error output: the record as it came, why, and after how many attempts.</summary>
internal static class ErrorLine
{
    /// <summary>With its newline.</summary>
    public static ReadOnlySpan<byte> Of(FailedRecord failed, DateTimeOffset endedAt)
    {
        var line = new ArrayBufferWriter<byte>(256 + (failed.Record.Raw.Length * 4 / 3));
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("attemptsMade", failed.Attempts);
            json.WriteNumber("arrivalTimestamp", failed.Record.ArrivedAt.ToUnixTimeMilliseconds());
            json.WriteString("errorCode", failed.Code);
            json.WriteString("errorMessage", failed.Message);
            json.WriteNumber("attemptEndingTimestamp", endedAt.ToUnixTimeMilliseconds());
            json.WriteBase64String("rawData", failed.Record.Raw.Span);
            if (failed.Record.IsTakenApart) json.WriteBoolean("takenApart", true);
            if (failed.Record.Key is { } key)
            {
                // With these it can be sent again to its place.
                json.WriteString("partitionKey", key);
                json.WriteString("recordId", failed.Record.Id);
            }
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan;
    }
}
