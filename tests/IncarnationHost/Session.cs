using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.IncarnationHost;

/// <summary>Carries out one line at a time or many at once: <c>id verb arguments</c>, answered by <c>id answer</c>.</summary>
internal sealed class Session(ShardsHost host, Answers answers)
{
    private const string Region = "eu-test-1";
    private readonly CancellationTokenSource _stopLoad = new();
    private readonly List<Task> _load = [];

    public void Begin(string line) => Task.Run(async () =>
    {
        var words = line.Split(' ');
        try
        {
            answers.Say($"{words[0]} {await AnswerAsync(words[1], words[2..])}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            answers.Say($"{words[0]} failed {e.GetType().Name} {e.Message}");
        }
    });

    public async Task StopLoadAsync()
    {
        await _stopLoad.CancelAsync();
        await Task.WhenAll(_load);
    }

    private Task<string> AnswerAsync(string verb, string[] args) => verb switch
    {
        "create" => CreateAsync(new StreamId(Region, args[0]), (int)Number.Parse(args[1])),
        "delete" => DeleteAsync(new StreamId(Region, args[0])),
        "describe" => DescribeAsync(new StreamId(Region, args[0])),
        "append" => AppendAsync(Shard(args[0]), args[1]),
        "bounds" => BoundsAsync(Shard(args[0])),
        "read" => ReadAsync(Shard(args[0]), new ShardPosition(Number.Parse(args[1]), (int)Number.Parse(args[2]))),
        "trim" => TrimAsync(Shard(args[0]), Number.Parse(args[1])),
        "load" => Task.FromResult(StartLoad(args[0], args[1..])),
        _ => throw new ArgumentException($"There is no verb '{verb}'."),
    };

    private async Task<string> CreateAsync(StreamId stream, int shards) =>
        await host.Streams.CreateStreamAsync(stream, shards, StreamConfiguration.Provisioned, default) switch
        {
            CreateStreamResult.Created created => $"created {created.Incarnation}",
            var other => Refused(other),
        };

    private async Task<string> DeleteAsync(StreamId stream) => await host.Streams.DeleteStreamAsync(stream, default) switch
    {
        DeleteStreamResult.Deleting => "deleting",
        var other => Refused(other),
    };

    private async Task<string> DescribeAsync(StreamId stream) => await host.Streams.DescribeStreamAsync(stream, default) switch
    {
        DescribeStreamResult.Found { Stream: var found } => $"{found.Status} {found.Incarnation}",
        DescribeStreamResult.NotFound => "none",
        var other => Refused(other),
    };

    private async Task<string> AppendAsync(ShardKey shard, string tag)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, Encoding.UTF8.GetBytes(tag));
        var reply = await host.Streams.AppendAsync(new StreamId(Region, "any"), shard, block.Build(), null, default);
        return reply is AppendReply.Appended a ? FormattableString.Invariant($"appended {a.Row} {a.FirstIndex}") : Refused(reply);
    }

    private async Task<string> BoundsAsync(ShardKey shard) => await host.Streams.BoundsAsync(shard, default) switch
    {
        BoundsResult.Found { Bounds: var b } => FormattableString.Invariant($"bounds {b.TipRow} {b.TipCount} {b.TrimmedToRow}"),
        var other => Refused(other),
    };

    private async Task<string> ReadAsync(ShardKey shard, ShardPosition from) =>
        await host.Streams.ReadAsync(shard, from, 1_000, 1 << 20, TimeSpan.Zero, default) switch
        {
            ReadResult.Records r => FormattableString.Invariant($"records {r.Slices.Sum(s => s.Count)} {r.BehindMs} {r.Bounds.TipRow}"),
            var other => Refused(other),
        };

    private async Task<string> TrimAsync(ShardKey shard, long beforeMs)
    {
        var shards = Regions.Of(host.System, Regions.Shards);
        var reply = await shards.Ask<TrimReply>(new Trim(shard, beforeMs), TimeSpan.FromSeconds(15));
        return reply is TrimReply.Trimmed t ? FormattableString.Invariant($"trimmed {t.TrimmedToRow}") : Refused(reply);
    }

    /// <summary>Appends to each of the shards without a break, two at a time, and tells what became of each.</summary>
    private string StartLoad(string prefix, string[] shards)
    {
        foreach (var shard in shards.Select(Shard))
        {
            for (var writer = 0; writer < 2; writer++) _load.Add(LoadAsync(shard, $"{prefix}-{shard.Shard}-{writer}"));
        }
        return "loading";
    }

    private async Task LoadAsync(ShardKey shard, string prefix)
    {
        for (var i = 0; !_stopLoad.IsCancellationRequested; i++)
        {
            var tag = FormattableString.Invariant($"{prefix}-{i}");
            answers.Say($"load {shard.PersistenceId} {tag} {await AppendAsync(shard, tag)}");
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private static ShardKey Shard(string persistenceId) =>
        ShardKey.TryParse(persistenceId, out var key) ? key : throw new ArgumentException($"'{persistenceId}' names no shard.");

    private static string Refused(object reply) => $"refused {reply}";
}
