using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>
/// Firehose's RecordDeAggregation: takes records apart that hold several, either JSON objects one behind the other (with or without white
/// space between) or anything between delimiters. A record that cannot be taken apart to its end fails as a whole: none of it is
/// delivered then, so that sending it again delivers nothing twice.
/// </summary>
/// <param name="delimiter">Null for JSON. What stands between two delimiters with nothing in between is no record.</param>
public sealed class SubRecords(ReadOnlyMemory<byte>? delimiter) : IRecordStep
{
    public const string FailedCode = "DynamicPartitioning.DeaggregationFailed";

    /// <summary>Of one record, as Firehose has it.</summary>
    public const int CountMax = 500;

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        var ranges = new List<Range>();
        foreach (var record in records)
        {
            cancel.ThrowIfCancellationRequested();
            ranges.Clear();
            var problem = delimiter is { } between ? Cut(record.Data.Span, between.Span, ranges) : CutJson(record.Data.Span, ranges);
            if (problem is not null) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, FailedCode, problem, 1));
            else AddAll(record, ranges, good);
        }
        return Task.FromResult(new Processed(good, failed, 0));
    }

    private static void AddAll(DeliveryRecord record, List<Range> ranges, List<DeliveryRecord> output)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            var data = record.Data[ranges[i]];
            output.Add(record with { Id = $"{record.Id}.{i}", Data = data, Raw = data, IsTakenApart = true });
        }
    }

    private static string? Cut(ReadOnlySpan<byte> data, ReadOnlySpan<byte> between, List<Range> ranges)
    {
        var start = 0;
        while (start < data.Length)
        {
            var length = data[start..].IndexOf(between);
            if (length < 0) length = data.Length - start;
            if (length > 0)
            {
                if (ranges.Count == CountMax) return TooMany;
                ranges.Add(start..(start + length));
            }
            start += length + between.Length;
        }
        return null;
    }

    private static string? CutJson(ReadOnlySpan<byte> data, List<Range> ranges)
    {
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    return $"The data is not one JSON object behind the other: at byte {reader.TokenStartIndex} is {(reader.TokenType == JsonTokenType.StartArray ? "an array" : "no object")}.";
                if (ranges.Count == CountMax) return TooMany;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                ranges.Add(start..(int)reader.BytesConsumed);
            }
            return ranges.Count > 0 ? null : "The data has no JSON object.";
        }
        catch (JsonException e)
        {
            return NotJson.Said(e);
        }
    }

    private static string TooMany => $"The data has more than {CountMax} records; up to {CountMax} are allowed.";
}
