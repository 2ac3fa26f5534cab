using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Decoding;

/// <summary>
/// Takes key, value and time out of a record's JSON. A record that has them not is told by an error in words, never by an exception; the
/// same bytes always give the same answer.
/// </summary>
public sealed class SampleDecoder(PipelineDefinition definition)
{
    /// <summary>Kinesis's bound for a partition key, which the key becomes in the output (PutRecord, PartitionKey).</summary>
    public const int KeyLengthMax = 256;

    private readonly byte[][] _valuePath = Split(definition.ValuePath);
    private readonly byte[][]? _keyPath = definition.KeyPath is { } key ? Split(key) : null;
    private readonly byte[][]? _timePath = definition.TimePath is { } time ? Split(time) : null;

    /// <summary>Null when the sample is good, else what was wrong with the record.</summary>
    public string? TryDecode(RecordView record, SequenceNumber number, long arrivalMs, out Sample sample, int? subSequenceNumber = null)
    {
        sample = default;
        try
        {
            var value = ReadValue(record.Data, out var error);
            if (error is not null) return error;
            var key = _keyPath is null ? Encoding.UTF8.GetString(record.PartitionKey) : ReadKey(record.Data, out error);
            if (error is not null) return error;
            if (key.Length is 0 or > KeyLengthMax) return $"The key has {key.Length} characters; 1 to {KeyLengthMax} are allowed.";
            var arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(arrivalMs);
            var time = _timePath is null ? arrivedAt : ReadTime(record.Data, out error);
            if (error is not null) return error;
            sample = new Sample(number, key, record.ExplicitHashKey ?? HashKeys.Of(record.PartitionKey), value, time, arrivedAt, subSequenceNumber);
            return null;
        }
        catch (JsonException e)
        {
            return $"The data is not JSON: wrong at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}.";
        }
    }

    private double ReadValue(ReadOnlySpan<byte> json, out string? error)
    {
        error = Find(json, _valuePath, definition.ValuePath, out var reader);
        if (error is not null) return 0;
        if (reader.TokenType != JsonTokenType.Number)
            error = $"The field {definition.ValuePath} is not a number but {Named(reader.TokenType)}.";
        else if (!reader.TryGetDouble(out var value) || !(Math.Abs(value) <= Ewma.ValueMagnitudeMax))
            error = $"The field {definition.ValuePath} is out of range: up to 1e150 either side of 0 is allowed.";
        else
            return value;
        return 0;
    }

    private string ReadKey(ReadOnlySpan<byte> json, out string? error)
    {
        error = Find(json, _keyPath!, definition.KeyPath!, out var reader);
        if (error is not null) return "";
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                try
                {
                    return reader.GetString()!;
                }
                catch (InvalidOperationException)
                {
                    error = $"The field {definition.KeyPath} is not valid Unicode text.";
                    return "";
                }
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                error = $"The field {definition.KeyPath} is neither text nor number but {Named(reader.TokenType)}.";
                return "";
        }
    }

    private DateTimeOffset ReadTime(ReadOnlySpan<byte> json, out string? error)
    {
        error = Find(json, _timePath!, definition.TimePath!, out var reader);
        if (error is not null) return default;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var ms)
            && ms >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        if (reader.TokenType == JsonTokenType.String && !reader.HasValueSequence && DateTimeOffset.TryParse(
                Encoding.UTF8.GetString(reader.ValueSpan), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        error = $"The field {definition.TimePath} is not a time: ISO 8601 text or milliseconds since 1970 are allowed.";
        return default;
    }

    /// <summary>Stands the reader on the value at the path. The whole text is read, so that garbage behind the value is seen.</summary>
    private static string? Find(ReadOnlySpan<byte> json, byte[][] path, string dotted, out Utf8JsonReader found)
    {
        var reader = new Utf8JsonReader(json);
        found = reader;
        var matched = 0;
        var isFound = false;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            while (reader.Read()) { }
            return $"The data is not a JSON object but {Named(reader.TokenType)}.";
        }
        while (reader.Read())
        {
            if (isFound) continue;
            // Leaving an object that the path led into: a field of that name elsewhere is another field.
            if (matched > 0 && reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == matched) matched--;
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != matched + 1) continue;
            if (!reader.ValueTextEquals(path[matched])) continue;
            reader.Read();
            if (matched == path.Length - 1)
            {
                found = reader;
                isFound = true;
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                matched++;
            }
        }
        return isFound ? null : $"The field {dotted} is missing.";
    }

    private static string Named(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray or JsonTokenType.EndArray => "an array",
        _ => "an object",
    };

    private static byte[][] Split(string dotted) => [.. dotted.Split('.').Select(Encoding.UTF8.GetBytes)];
}
