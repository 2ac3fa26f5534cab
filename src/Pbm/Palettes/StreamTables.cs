using System.CommandLine;
using System.Text.Json.Nodes;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm stream list</c> and <c>pbm stream show</c>.</summary>
internal static class StreamTables
{
    public static Command List(GlobalOptions globals)
    {
        var command = new Command("list", "Every stream with its size and load; --region shows those of one region.");
        command.SetAction((parsed, cancel) => globals.RunAsync(parsed, ListAsync, cancel));
        return command;
    }

    public static Command Show(GlobalOptions globals)
    {
        var stream = Arguments.Stream(globals);
        var command = new Command("show", "A stream with its shards: where they are, what they hold, how much goes in and out.") { stream };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                Paths.Stream(session.Region, parsed.GetRequiredValue(stream)), ContractJson.Default.StreamAnswer, answer => ShowStream(session.Screen, answer), token,
                answer => answer.Shards.Count(s => s.Unavailable is not null)), cancel));
        return command;
    }

    private static async Task<int> ListAsync(Session session, CancellationToken cancel)
    {
        var answer = await session.Client.GetAsync(Paths.Streams, cancel);
        var all = answer.Read(ContractJson.Default.StreamsAnswer);
        var streams = session.Settings.RegionGiven ? [.. all.Streams.Where(s => s.Region == session.Region)] : all.Streams;
        var silent = streams.SelectMany(s => s.Shards).Count(s => s.Unavailable is not null);
        var missing = streams.Count(s => s.Unavailable is not null);
        if (session.Json) session.Screen.Json(session.Settings.RegionGiven ? OnlyRegion(answer.Body, session.Region) : answer.Body);
        else
        {
            WriteList(session.Screen, streams);
            session.Screen.Line($"Count: {Figures.Counted(streams.Count, "stream")}; the store holds {Figures.Bytes(all.StoreBytes)}");
        }

        if (missing > 0) session.Screen.Notice($"{Figures.Counted(missing, "stream")} did not answer; what is in them is not shown.");
        var outcome = Gaps(session.Screen, silent);
        return missing > 0 ? ExitCodes.Partial : outcome;
    }

    private static void WriteList(Screen screen, IReadOnlyList<StreamAnswer> streams)
    {
        var table = new TextTable(
            new("STREAM"), new("REGION", Dispensable: 4), new("STATUS"), new("MODE", Dispensable: 3), new("OPEN", IsNumber: true), new("CLOSED", IsNumber: true, Dispensable: 5),
            new("RECORDS", IsNumber: true), new("BYTES", IsNumber: true, Dispensable: 1), new("IN", IsNumber: true), new("OUT", IsNumber: true, Dispensable: 2), new("LAST ARRIVAL", Dispensable: 6));
        foreach (var stream in streams.OrderBy(s => s.Region, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            table.Add(
                stream.Name,
                stream.Region,
                stream.Unavailable is not null ? new("no answer", Tone.Bad) : new(stream.Status, stream.Status == "ACTIVE" ? Tone.Good : Tone.Warning),
                stream.Mode,
                Figures.Count(stream.Shards.Count(s => !s.Closed)),
                Figures.Count(stream.Shards.Count(s => s.Closed)),
                Figures.Count(SumOrNull(stream.Shards.Select(s => s.Records))),
                Figures.Bytes(SumOrNull(stream.Shards.Select(s => s.Bytes))),
                Figures.Rate(Sum(stream.Shards.Select(s => s.In))),
                Figures.Rate(Sum(stream.Shards.Select(s => s.Out))),
                Figures.Time(stream.Shards.Max(s => s.LastArrival)));
        }

        table.WriteTo(screen);
    }

    private static int ShowStream(Screen screen, StreamAnswer stream)
    {
        screen.Properties(
            ("Stream", stream.Name),
            ("Region", stream.Region),
            ("Status", new(stream.Status, stream.Status == "ACTIVE" ? Tone.Good : Tone.Warning)),
            ("Mode", stream.Mode),
            ("Created", Figures.Time(stream.CreatedAt)),
            ("Keeps", stream.RetentionHours is { } hours ? Figures.Counted(hours, "hour") : Figures.Unknown),
            ("Encrypted", string.IsNullOrEmpty(stream.EncryptionKey) ? "no" : $"with the key {stream.EncryptionKey}"),
            ("Shards", $"{stream.Shards.Count(s => !s.Closed)} open, {stream.Shards.Count(s => s.Closed)} closed"));
        screen.Line();
        var table = new TextTable(
            new("SHARD"), new("STATE"), new("NODE"), new("EPOCH", IsNumber: true, Dispensable: 6), new("RANGE", IsNumber: true, Dispensable: 4), new("PARENTS", Dispensable: 5),
            new("TIP ROW", IsNumber: true, Dispensable: 7), new("RECORDS", IsNumber: true), new("BYTES", IsNumber: true, Dispensable: 1), new("IN", IsNumber: true),
            new("OUT", IsNumber: true, Dispensable: 2), new("HOT KEY", Dispensable: 3));
        foreach (var shard in stream.Shards)
        {
            table.Add(
                ShardName.Short(stream.Name, shard.ShardId),
                State(shard),
                Figures.Node(shard.Node),
                Figures.Count(shard.Epoch),
                Figures.RangeShare(shard),
                shard.Parents.Count == 0 ? Figures.Unknown : string.Join(" ", shard.Parents.Select(Number)),
                Figures.Count(shard.TipRow),
                Figures.Count(shard.Records),
                Figures.Bytes(shard.Bytes),
                Figures.Rate(shard.In),
                Figures.Rate(shard.Out),
                shard.HotKeys is [var hot, ..] ? $"{hot.PartitionKey ?? hot.HashKey} {Figures.Share(hot.Share)}" : Figures.Unknown);
        }

        table.WriteTo(screen);
        foreach (var shard in stream.Shards.Where(s => s.Unavailable is not null))
            screen.Line($"{ShardName.Short(stream.Name, shard.ShardId)}: {Printable.Line(shard.Unavailable!)}");
        return Gaps(screen, stream.Shards.Count(s => s.Unavailable is not null));
    }

    public static Cell State(ShardAnswer shard) => shard switch
    {
        { Unavailable: not null } => new Cell("no answer", Tone.Bad),
        { Closed: true } => new Cell("closed"),
        _ => new Cell("open", Tone.Good),
    };

    /// <summary><c>3</c> of <c>shardId-000000000003</c>.</summary>
    public static string Number(string shardId) => ShardName.Short("", shardId)[1..];

    public static int Gaps(Screen screen, int silent)
    {
        if (silent == 0) return ExitCodes.Ok;
        screen.Notice($"{Figures.Counted(silent, "shard")} did not answer; figures are missing.");
        return ExitCodes.Partial;
    }

    private static string OnlyRegion(string body, string region)
    {
        var root = JsonNode.Parse(body)!;
        var streams = root["streams"]!.AsArray();
        foreach (var other in streams.Where(s => (string?)s!["region"] != region).ToArray()) streams.Remove(other);
        return root.ToJsonString();
    }

    private static long? SumOrNull(IEnumerable<long?> figures) => figures.Where(f => f is not null).DefaultIfEmpty(null).Aggregate((a, b) => a + b);

    private static RateAnswer? Sum(IEnumerable<RateAnswer?> rates) => rates.OfType<RateAnswer>().ToArray() is { Length: > 0 } known
        ? new RateAnswer { BytesPerSecond = known.Sum(r => r.BytesPerSecond), RecordsPerSecond = known.Sum(r => r.RecordsPerSecond) }
        : null;
}
