using System.Text;
using System.Text.Json;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Checking;

/// <summary>
/// Accounts for every record: what clients know against the rows, the rows against what the API gives, the pipeline's output against what
/// the rows must give. Every broken promise in words.
/// </summary>
public sealed class Checker(WorkloadLog log, IReadOnlyList<StoredShard> shards)
{
    private const int ShownMax = 10;
    private readonly List<string> _violations = [];
    private readonly List<StoredLoadRecord> _stored = [.. shards.SelectMany(s => s.Records).OrderBy(r => r.Number)];

    /// <summary>Records of the load in the rows, in the order of their numbers.</summary>
    public IReadOnlyList<StoredLoadRecord> Stored => _stored;

    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Alerts that the pipeline must give for what is stored.</summary>
    public IReadOnlyList<string> ExpectedAlerts() => WatchPipeline.Expected(_stored.Select(r => (r.Number, r.Key, r.Data)));

    /// <summary>Rows without gap or double, one owner an epoch, and every answer with its row.</summary>
    public void CheckRows()
    {
        Add(shards.SelectMany(s => s.Faults));
        Add(log.Oddities);
        var byNumber = _stored.ToDictionary(r => r.Number.ToString(), StringComparer.Ordinal);
        var sent = log.Sent.ToHashSet();
        var known = _stored.Select(r => (r.Number, Record: LoadRecord.Parse(r.Data), r.Key)).ToList();
        Add(known.GroupBy(k => (k.Record.Producer, k.Record.Number)).Where(g => g.Count() > 1)
            .Select(g => $"Doubled: record {g.Key.Number} of {g.Key.Producer} is stored as {string.Join(" and ", g.Select(k => k.Number))}."));
        Add(known.Where(k => !sent.Contains(k.Record) || k.Record.Key != k.Key).Select(k => $"Invented: {k.Record} at {k.Number} was never sent."));
        var stored = known.Select(k => k.Record).ToHashSet();
        foreach (var a in log.Acknowledged)
        {
            if (a.SequenceNumber is null)
            {
                if (!stored.Contains(a.Record)) Add($"Lost: {a.Record} was acknowledged as stored before at {a.At} and is not there.");
            }
            else if (!byNumber.TryGetValue(a.SequenceNumber, out var row))
            {
                Add($"Lost: {a.Record} was acknowledged as {a.SequenceNumber} in {a.Shard} at {a.At} and is not there.");
            }
            else if (!row.Data.AsSpan().SequenceEqual(a.Record.ToData()) || row.Key != a.Record.Key || row.Shard != a.Shard)
            {
                Add($"Changed: {a.SequenceNumber} was acknowledged for {a.Record} in {a.Shard} and holds {LoadRecord.Parse(row.Data)} in {row.Shard}.");
            }
        }

        CheckOrder(known.Select(k => k.Record));
        CheckPositioned(known.Select(k => k.Record));
    }

    /// <summary>What the API gives now is what the rows hold; what readers were given meanwhile is the beginning of it.</summary>
    public void CheckReads(IReadOnlyList<StoredRecord> fromApi)
    {
        var api = fromApi.OrderBy(r => r.SequenceNumber, StringComparer.Ordinal).Select(r => (r.Shard, r.SequenceNumber, Text(r.PartitionKey, r.Data)));
        var rows = _stored.Select(r => (r.Shard, r.Number.ToString(), Text(r.Key, r.Data)));
        if (!api.SequenceEqual(rows)) Add($"The API gives {fromApi.Count} records that are not the {_stored.Count} of the rows.");

        var ofShards = _stored.GroupBy(r => r.Shard).ToDictionary(g => g.Key, g => g.Select(r => (r.Number.ToString(), Text(r.Key, r.Data))).ToArray(), StringComparer.Ordinal);
        foreach (var seen in log.Read.GroupBy(r => (r.Reader, r.Shard)))
        {
            var given = seen.Select(r => (r.SequenceNumber, Text(r.Key, r.Data))).ToArray();
            var there = ofShards.GetValueOrDefault(seen.Key.Shard, []);
            var same = given.Zip(there, (g, t) => g == t).TakeWhile(isSame => isSame).Count();
            if (same < given.Length)
                Add($"{seen.Key.Reader} was given {given[same].SequenceNumber} of {seen.Key.Shard} as its record {same}, where the rows have {(same < there.Length ? there[same].Item1 : "none")}.");
        }
    }

    /// <summary>Each alert once, in order within its key, and nothing else.</summary>
    public void CheckAlerts(IReadOnlyList<StoredRecord> output, IReadOnlyList<StoredRecord> deadLetters)
    {
        var expected = ExpectedAlerts();
        var given = output.Select(r => Encoding.UTF8.GetString(r.Data)).ToArray();
        Add(expected.Except(given, StringComparer.Ordinal).Select(missing => $"Alert missing: {missing}"));
        Add(given.Except(expected, StringComparer.Ordinal).Select(surplus => $"Alert without cause: {surplus}"));
        Add(given.GroupBy(g => g, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"Alert {g.Count()} times: {g.Key}"));
        foreach (var key in output.GroupBy(r => r.PartitionKey, StringComparer.Ordinal))
        {
            var order = key.Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("sequenceNumber").GetString()!).ToArray();
            if (!order.SequenceEqual(order.Order(StringComparer.Ordinal))) Add($"Alerts of {key.Key} are out of order.");
        }

        Add(deadLetters.Select(d => $"Dead letter: {Encoding.UTF8.GetString(d.Data)}"));
    }

    public void Add(string violation)
    {
        if (_violations.Count < ShownMax) _violations.Add(violation);
        else if (_violations.Count == ShownMax) _violations.Add("and more.");
    }

    private void Add(IEnumerable<string> violations)
    {
        foreach (var violation in violations) Add(violation);
    }

    /// <summary>
    /// Whoever puts a key's records one call after the other finds what was acknowledged behind all that was acknowledged before, and before
    /// all that was sent later. What was never acknowledged may lie anywhere behind what was acknowledged before it was sent.
    /// </summary>
    private void CheckOrder(IEnumerable<LoadRecord> inOrder)
    {
        var acknowledged = log.Acknowledged.Select(a => a.Record).ToHashSet();
        foreach (var key in inOrder.GroupBy(r => (r.Producer, r.Key)))
        {
            LoadRecord? highest = null;
            foreach (var record in key)
            {
                if (highest is not null && record.Number < highest.Number && acknowledged.Contains(record))
                    Add($"Order: {record} was acknowledged and lies behind {highest}, which was sent after.");
                if (highest is null || record.Number > highest.Number) highest = record;
            }
        }
    }

    /// <summary>Of a producer with positions all is there up to the last acknowledged, each in its order, acknowledged or not.</summary>
    private void CheckPositioned(IEnumerable<LoadRecord> inOrder)
    {
        var records = inOrder.Where(r => r.Producer == Workload.Positioned).ToArray();
        foreach (var key in records.GroupBy(r => r.Key))
        {
            var numbers = key.Select(r => r.Number).ToArray();
            if (!numbers.SequenceEqual(numbers.Order())) Add($"Order: records of {key.Key} do not lie in the order of their positions.");
        }

        var last = log.Acknowledged.Where(a => a.Record.Producer == Workload.Positioned).Select(a => a.Record.Number).DefaultIfEmpty(-1).Max();
        var there = records.Select(r => r.Number).ToHashSet();
        for (var number = 0L; number < last; number++)
        {
            // A batch that was acknowledged in part is sent again, but for the last one of the run.
            if (!there.Contains(number) && number < last - PositionedBatchMax) Add($"Lost: position {number} of {Workload.Positioned} is not there, though {last} is.");
        }
    }

    private const int PositionedBatchMax = 10;

    private static string Text(string key, byte[] data) => $"{key} {Convert.ToBase64String(data)}";
}
