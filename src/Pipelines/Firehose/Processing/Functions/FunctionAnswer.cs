using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Naming;

namespace ActorStreams.Pipelines.Firehose.Processing.Functions;

/// <summary>What a function answered, taken apart for each record that it was asked about.</summary>
internal static class FunctionAnswer
{
    public const string MissingRecordId = "Lambda.MissingRecordId";
    public const string DuplicatedRecordId = "Lambda.DuplicatedRecordId";
    public const string ProcessingFailedStatus = "Lambda.ProcessingFailedStatus";
    public const string JsonProcessingException = "Lambda.JsonProcessingException";

    /// <summary>Throws <see cref="JsonException"/> when the answer is none at all.</summary>
    public static Processed Read(ReadOnlyMemory<byte> body, IReadOnlyList<DeliveryRecord> asked, int attempts)
    {
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
            throw new JsonException("it has no array records");
        var (byId, repeated, unknown) = Sort(records, asked);
        var good = new List<DeliveryRecord>(asked.Count);
        var failed = new List<FailedRecord>();
        var dropped = 0;
        foreach (var record in asked)
        {
            if (repeated.Contains(record.Id)) Fail(record, DuplicatedRecordId, "The answer has the recordId more than once.");
            else if (!byId.TryGetValue(record.Id, out var answer))
                Fail(record, MissingRecordId, unknown == 0 ? "The answer lacks the recordId." : $"The answer lacks the recordId, and has {unknown} that were not asked about.");
            else
                Take(record, answer);
        }
        return new Processed(good, failed, dropped);

        void Fail(DeliveryRecord record, string code, string message) => failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, code, message, attempts));

        void Take(DeliveryRecord record, JsonElement answer)
        {
            switch (TextOf(answer, "result"))
            {
                case "Ok":
                    if (Transformed(record, answer, out var problem) is { } transformed) good.Add(transformed);
                    else Fail(record, JsonProcessingException, problem!);
                    break;
                case "Dropped": dropped++; break;
                case "ProcessingFailed": Fail(record, ProcessingFailedStatus, "ProcessingFailed status set for record"); break;
                case var other: Fail(record, JsonProcessingException, $"The result is {other ?? "missing"}; Ok, Dropped and ProcessingFailed are allowed."); break;
            }
        }
    }

    private static (Dictionary<string, JsonElement> ById, HashSet<string> Repeated, int Unknown) Sort(JsonElement records, IReadOnlyList<DeliveryRecord> asked)
    {
        var known = asked.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var byId = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var repeated = new HashSet<string>(StringComparer.Ordinal);
        var unknown = 0;
        foreach (var record in records.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object || TextOf(record, "recordId") is not { } id || !known.Contains(id)) unknown++;
            else if (!byId.TryAdd(id, record)) repeated.Add(id);
        }
        return (byId, repeated, unknown);
    }

    private static DeliveryRecord? Transformed(DeliveryRecord record, JsonElement answer, out string? problem)
    {
        problem = null;
        if (!answer.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.String || !data.TryGetBytesFromBase64(out var bytes))
        {
            problem = "The result is Ok, but data is not Base64.";
            return null;
        }
        var transformed = record with { Data = bytes };
        if (!answer.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
            || !metadata.TryGetProperty("partitionKeys", out var keys) || keys.ValueKind == JsonValueKind.Null)
            return transformed;
        return WithKeys(transformed, keys, out problem);
    }

    private static DeliveryRecord? WithKeys(DeliveryRecord record, JsonElement keys, out string? problem)
    {
        problem = keys.ValueKind == JsonValueKind.Object ? null : "metadata.partitionKeys is no object.";
        if (problem is not null) return null;
        var builder = record.PartitionKeys.ToBuilder();
        foreach (var key in keys.EnumerateObject())
        {
            var value = key.Value.ValueKind switch
            {
                JsonValueKind.String => StringOf(key.Value),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => key.Value.GetRawText(),
                _ => null,
            };
            if (string.IsNullOrEmpty(value))
            {
                problem = $"partitionKeys values must not be null or empty: {key.Name}.";
                return null;
            }
            builder[PartitionKeyNames.FromLambda(key.Name)] = value;
        }
        return record with { PartitionKeys = builder.ToImmutable() };
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? StringOf(value) : null;

    /// <summary>Null of what is no Unicode text.</summary>
    private static string? StringOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
