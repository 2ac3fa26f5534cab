using System.Buffers;
using System.Text.Json;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Anomaly;

/// <summary>One anomaly, as it goes to the output stream and the webhook.</summary>
public sealed record Alert(
    DateTimeOffset Time, string Key, double Value, double Mean, double Deviation, double Score, SequenceNumber SequenceNumber,
    int? SubSequenceNumber = null)
{
    /// <summary>
    /// <c>{time, key, value, mean, deviation, score, sequenceNumber}</c>, and <c>subSequenceNumber</c> for a user record of an aggregated one; the
    /// same bytes for the same alert.
    /// </summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("time"u8, JsonTime.Format(Time));
        writer.WriteString("key"u8, Key);
        writer.WriteNumber("value"u8, Value);
        writer.WriteNumber("mean"u8, Mean);
        writer.WriteNumber("deviation"u8, Deviation);
        writer.WriteNumber("score"u8, Score);
        writer.WriteString("sequenceNumber"u8, SequenceNumber.ToString());
        if (SubSequenceNumber is { } sub) writer.WriteNumber("subSequenceNumber"u8, sub);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
