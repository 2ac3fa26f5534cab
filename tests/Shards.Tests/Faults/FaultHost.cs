using System.Collections.Concurrent;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>What the specs of faults ask of a host again and again.</summary>
internal static class FaultHost
{
    public const string Region = "eu-test-1";

    public static async Task<ShardKey[]> CreateAsync(this ShardsHost host, string name, int shards)
    {
        var stream = new StreamId(Region, name);
        Assert.IsType<CreateStreamResult.Created>(await host.Streams.CreateStreamAsync(stream, shards, StreamConfiguration.Provisioned, CancellationToken.None));
        return await host.ActiveAsync(name);
    }

    public static async Task<ShardKey[]> ActiveAsync(this ShardsHost host, string name)
    {
        StreamMap? map = null;
        await Expect.EventuallyAsync($"{name} active", 20, async () =>
            (map = (await host.Streams.MapAsync(new StreamId(Region, name), CancellationToken.None) as MapResult.Found)?.Map) is not null);
        return [.. map!.Open.Select(s => s.Key)];
    }

    public static Task<ShardProtocol.TrimReply> TrimAsync(this ShardsHost host, ShardKey shard, DateTimeOffset before) =>
        Regions.Of(host.System, Regions.Shards).Ask<ShardProtocol.TrimReply>(
            new ShardProtocol.Trim(shard, before.ToUnixTimeMilliseconds()), TimeSpan.FromSeconds(10));

    /// <summary>Appends to each shard without a break until told to stop; answers the longest time that one append took.</summary>
    public static async Task<TimeSpan> LoadAsync(this ShardsHost host, Sent sent, IReadOnlyList<ShardKey> shards, string prefix, CancellationToken stop)
    {
        var longest = new ConcurrentBag<TimeSpan>();
        await Task.WhenAll(shards.Select(shard => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var since = TimeProvider.System.GetTimestamp();
                await sent.AppendAsync(host.Streams, shard, $"{prefix}-{shard.Shard}-{i}");
                longest.Add(TimeProvider.System.GetElapsedTime(since));
                await Task.Delay(TimeSpan.FromMilliseconds(2), CancellationToken.None);
            }
        }, CancellationToken.None)));
        return longest.Max();
    }

    /// <summary>Error lines that the host logs from now on.</summary>
    public static ConcurrentQueue<string> Errors(this ShardsHost host)
    {
        var lines = new ConcurrentQueue<string>();
        host.System.EventStream.Subscribe(host.System.ActorOf(Props.Create(() => new ErrorListener(lines))), typeof(Akka.Event.Error));
        return lines;
    }

    private sealed class ErrorListener : ReceiveActor
    {
        public ErrorListener(ConcurrentQueue<string> lines) => Receive<Akka.Event.Error>(e => lines.Enqueue(e.Message.ToString()!));
    }
}
