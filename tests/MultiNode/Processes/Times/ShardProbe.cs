using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary>
/// Asks of one shard again and again whether it can be written: a put every so often, whether those before it were answered or not, so that the
/// time is the shard's and not that of a client's patience.
/// </summary>
internal sealed class ShardProbe(string stream, string shard, string hashKey, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private readonly ConcurrentQueue<DateTimeOffset> _acknowledged = [];

    public string Shard => shard;

    /// <summary>Another one of the same shard, which asks others.</summary>
    public ShardProbe Again() => new(stream, shard, hashKey, time);

    /// <summary>When puts were acknowledged, by this machine's clock.</summary>
    public IReadOnlyCollection<DateTimeOffset> Acknowledged => _acknowledged;

    /// <param name="clients">Asked in turn; of the nodes that stay.</param>
    public async Task RunAsync(IReadOnlyList<KinesisHttp> clients, CancellationToken stop)
    {
        var puts = new List<Task>();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            puts.RemoveAll(p => p.IsCompleted);
            puts.Add(PutAsync(clients[number % clients.Count], number));
            await Task.Delay(Interval, time, CancellationToken.None);
        }

        await Task.WhenAll(puts);
    }

    private async Task PutAsync(KinesisHttp client, int number)
    {
        // Up and down by turns: to a detector with a low threshold each of them is out of the ordinary, so every put makes an alert.
        var data = string.Create(CultureInfo.InvariantCulture, $$"""{"number":{{number}},"value":{{(number % 2 == 0 ? 1 : -1)}}}""");
        var request = new JsonObject
        {
            ["StreamName"] = stream,
            ["PartitionKey"] = shard,
            ["ExplicitHashKey"] = hashKey,
            ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)),
        };
        using var patience = new CancellationTokenSource(s_patience, time);
        try
        {
            var answer = await client.CallAsync("PutRecord", request, cancel: patience.Token);
            if (answer.Succeeded) _acknowledged.Enqueue(time.GetUtcNow());
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            // The next one will tell.
        }
    }
}
