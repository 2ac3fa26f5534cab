using System.Collections.Immutable;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing.Jq;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>
/// Firehose's MetadataExtraction: gives each record the partition keys that a query reads out of its JSON. A record that is not JSON or has
/// not all the keys fails. An instance serves one graph: it is not safe for many threads.
/// </summary>
public sealed class MetadataExtraction(JqQuery query) : IRecordStep
{
    /// <summary>As Firehose has it in the error output.</summary>
    public const string FailedCode = "DynamicPartitioning.MetadataExtractionFailed";

    /// <summary>Sets of keys that are shared among the records that have them; some more than the partitions that may be active.</summary>
    private const int SetsMax = 1_024;

    private readonly string[] _names = [.. query.Names.Select(PartitionKeyNames.FromQuery)];
    private readonly Dictionary<string, ImmutableSortedDictionary<string, string>> _sets = new(StringComparer.Ordinal);
    private readonly string[] _values = new string[query.Names.Count];

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        foreach (var record in records)
        {
            cancel.ThrowIfCancellationRequested();
            if (Read(record.Data) is { } problem) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, FailedCode, problem, 1));
            else good.Add(record with { PartitionKeys = KeysOf(record) });
        }
        return Task.FromResult(new Processed(good, failed, 0));
    }

    private string? Read(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            return query.Read(json.RootElement, _values);
        }
        catch (JsonException e)
        {
            return NotJson.Said(e);
        }
    }

    private ImmutableSortedDictionary<string, string> KeysOf(DeliveryRecord record)
    {
        if (record.PartitionKeys.Count > 0) return record.PartitionKeys.SetItems(_names.Select((name, i) => KeyValuePair.Create(name, _values[i])));
        // A value that holds the separator could stand for others; the look at what was found tells them apart.
        var joined = _values.Length == 1 ? _values[0] : string.Join('\0', _values);
        if (_sets.TryGetValue(joined, out var known) && IsSame(known)) return known;
        if (_sets.Count >= SetsMax) _sets.Clear();
        var keys = _names.Zip(_values, KeyValuePair.Create).ToImmutableSortedDictionary(StringComparer.Ordinal);
        _sets[joined] = keys;
        return keys;
    }

    private bool IsSame(ImmutableSortedDictionary<string, string> known)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (!string.Equals(known[_names[i]], _values[i], StringComparison.Ordinal)) return false;
        }
        return true;
    }
}
