using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Durability;

/// <summary>
/// Writers that remember every send and every acknowledgement. A send whose outcome is not known is made once more under a new
/// send number, as a producer without retries of its own would, so that each stored record names the send it came by.
/// </summary>
internal sealed class RecordedLoad(KinesisHttp client, string stream, int writers, int recordsPerSend)
{
    /// <summary>Every so many records of a key are far off its others, so that a detector alerts.</summary>
    public const int OutlierEvery = 40;

    private readonly ConcurrentDictionary<string, Acknowledged> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Id, long Send), bool> _sent = new();
    private readonly long[] _nextId = new long[writers];
    private readonly long[] _nextSend = new long[writers];

    /// <param name="Id">What was put; the writer's own number of it.</param>
    /// <param name="Send">Which try of it was acknowledged.</param>
    public sealed record Acknowledged(string Id, long Send, string Key, string Shard, string SequenceNumber);

    public int AcknowledgedCount => _acknowledged.Count;

    public int SentCount => _sent.Count;

    /// <summary>Sends without an answer, each of one or more records.</summary>
    public int UnansweredSends => _unanswered;

    /// <summary>Records of answered sends that failed by themselves.</summary>
    public int FailedRecords => _failed;

    private int _unanswered;
    private int _failed;

    /// <summary>Writes until told to stop; a send that was begun is waited for. An unanswered one is left to the next run.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, writers).Select(w => WriteAsync(w, stop)));

    /// <summary>Compares what is stored with what was sent and acknowledged; every difference, in words.</summary>
    public IReadOnlyList<string> Differences(IReadOnlyList<StoredRecord> stored)
    {
        var differences = new List<string>();
        var byNumber = stored.ToLookup(r => r.SequenceNumber, StringComparer.Ordinal);
        foreach (var a in _acknowledged.Values)
        {
            var there = byNumber[a.SequenceNumber].ToArray();
            if (there.Length != 1)
                differences.Add($"{a.Id} was acknowledged as {a.SequenceNumber} and is there {there.Length} times.");
            else if (Parse(there[0]) is var p && (p.Id != a.Id || p.Send != a.Send || there[0].PartitionKey != a.Key || there[0].Shard != a.Shard))
                differences.Add($"{a.SequenceNumber} was acknowledged for {a.Id} and holds {p.Id}.");
        }

        foreach (var sends in stored.GroupBy(Parse).Where(g => g.Count() > 1))
            differences.Add($"{sends.Key.Id} is there {sends.Count()} times of its send {sends.Key.Send}.");
        foreach (var record in stored.Select(Parse).Where(p => !_sent.ContainsKey((p.Id, p.Send))))
            differences.Add($"{record.Id}, send {record.Send}, was never sent.");
        foreach (var key in stored.GroupBy(r => r.PartitionKey, StringComparer.Ordinal))
        {
            // A writer sends a key's records one request after the other, so stored order is send order; within a request, id order.
            var order = key.Select(Parse).Select(p => (p.Send, Number: p.Number)).ToArray();
            for (var i = 1; i < order.Length; i++)
            {
                if (order[i].CompareTo(order[i - 1]) <= 0) differences.Add($"Of {key.Key}, record {order[i]} is stored after {order[i - 1]}.");
            }
        }

        return differences;
    }

    private async Task WriteAsync(int writer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var send = _nextSend[writer]++;
            var ids = Enumerable.Range(0, recordsPerSend).Select(i => _nextId[writer] + i).ToArray();
            var records = new JsonArray();
            foreach (var id in ids)
            {
                _sent[(Name(writer, id), send)] = true;
                records.Add(new JsonObject { ["PartitionKey"] = Key(writer, id), ["Data"] = Convert.ToBase64String(Payload(writer, id, send)) });
            }

            KinesisAnswer answer;
            try
            {
                answer = await client.CallAsync("PutRecords", new JsonObject { ["StreamName"] = stream, ["Records"] = records }, cancel: CancellationToken.None);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                Interlocked.Increment(ref _unanswered);
                return;
            }

            if (!answer.Succeeded)
            {
                // Refused as a whole, as a node does that is stopping: nothing of it counts as acknowledged.
                Interlocked.Increment(ref _unanswered);
                await Task.Delay(10, CancellationToken.None);
                continue;
            }

            if (!Note(writer, ids, send, answer.Body["Records"]!.AsArray())) continue;
            _nextId[writer] += recordsPerSend;
        }
    }

    /// <summary>False when any record failed: all of them are then sent again, and what was stored counts by its send.</summary>
    private bool Note(int writer, long[] ids, long send, JsonArray results)
    {
        var complete = true;
        for (var i = 0; i < ids.Length; i++)
        {
            if (results[i]!["SequenceNumber"] is not { } number)
            {
                complete = false;
                Interlocked.Increment(ref _failed);
                continue;
            }

            var name = Name(writer, ids[i]);
            _acknowledged[$"{name}/{send}"] = new Acknowledged(name, send, Key(writer, ids[i]), (string)results[i]!["ShardId"]!, (string)number!);
        }

        return complete;
    }

    // Each writer has two keys, which take turns.
    private static string Key(int writer, long id) => string.Create(CultureInfo.InvariantCulture, $"key-{writer}-{id % 2}");

    private static string Name(int writer, long id) => string.Create(CultureInfo.InvariantCulture, $"{writer}-{id}");

    private static byte[] Payload(int writer, long id, long send)
    {
        var nth = id / 2;
        var value = nth > 0 && nth % OutlierEvery == 0 ? 1000 : 100 + Math.Round(3 * Math.Sin(nth), 3);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"id":"{{writer}}-{{id}}","number":{{id}},"send":{{send}},"time":{{1_700_000_000_000 + id}},"value":{{value}}}"""));
    }

    private static (string Id, long Send, long Number) Parse(StoredRecord record)
    {
        using var json = JsonDocument.Parse(record.Data);
        var root = json.RootElement;
        return (root.GetProperty("id").GetString()!, root.GetProperty("send").GetInt64(), root.GetProperty("number").GetInt64());
    }
}
