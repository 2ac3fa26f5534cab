using System.CommandLine;
using System.Globalization;
using System.Numerics;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Tail;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm stream</c>: streams and their shards.</summary>
internal static class StreamPalette
{
    private const int ShardsMax = 10_000;

    public static Command Build(GlobalOptions globals) => new("stream", "Streams and their shards.")
    {
        StreamTables.List(globals),
        StreamTables.Show(globals),
        Create(globals),
        Split(globals),
        Merge(globals),
        Scale(globals),
        TailCommand.Build(globals),
        Delete(globals),
    };

    private static Command Create(GlobalOptions globals)
    {
        var name = Arguments.Stream(globals, "Name of the new stream");
        name.CompletionSources.Clear();
        var shards = Arguments.Number("--shards", $"Count of shards, 1 to {ShardsMax}", 1, ShardsMax);
        var onDemand = new Option<bool>("--on-demand") { Description = "Shards divide and join by the measured load; also the default without --shards" };
        var command = new Command("create", "Creates a stream: with --shards a provisioned one, without an on-demand one.") { name, shards, onDemand };
        command.Validators.Add(result =>
        {
            if (result.GetResult(shards) is not null && result.GetResult(onDemand) is not null)
                result.AddError("--shards and --on-demand: allowed is one of the two; an on-demand stream chooses its shards itself.");
        });
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var count = parsed.GetValue(shards);
                var body = new CreateBody(parsed.GetRequiredValue(name), (int?)count, count is null ? "OnDemand" : "Provisioned");
                return session.Done(await session.Client.PostAsync(Paths.Region(session.Region), body, ContractJson.Default.CreateBody, token));
            }, cancel));
        return command;
    }

    private static Command Split(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var at = new Option<string?>("--at") { Description = "First hash key of the upper child, default the middle of the shard's range", HelpName = "HASHKEY" };
        at.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !(BigInteger.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && key <= UInt128.MaxValue))
                result.AddError($"--at {token.Value}: allowed are hash keys, 0 to 2^128-1 in decimal.");
        });
        var command = new Command("split", "Splits a shard in two.") { shard, at };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var name = parsed.GetRequiredValue(shard);
                var body = new SplitBody(name.ShardId, parsed.GetValue(at));
                return session.Done(await session.Client.PostAsync(Paths.Stream(session.Region, name.Stream) + "/split", body, ContractJson.Default.SplitBody, token));
            }, cancel));
        return command;
    }

    private static Command Merge(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var adjacent = Arguments.Shard(globals, "ADJACENT", "The shard of the same stream whose range is next to it");
        var command = new Command("merge", "Merges two shards whose ranges are next to each other.") { shard, adjacent };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var (one, other) = (parsed.GetRequiredValue(shard), parsed.GetRequiredValue(adjacent));
                if (one.Stream != other.Stream) throw PbmException.WrongCommandLine($"{one} and {other} belong to two streams; allowed are two shards of one stream.");
                if (one == other) throw PbmException.WrongCommandLine($"{one} is named twice; allowed are two shards whose ranges are next to each other.");
                var body = new MergeBody(one.ShardId, other.ShardId);
                return session.Done(await session.Client.PostAsync(Paths.Stream(session.Region, one.Stream) + "/merge", body, ContractJson.Default.MergeBody, token));
            }, cancel));
        return command;
    }

    private static Command Scale(GlobalOptions globals)
    {
        var stream = Arguments.Stream(globals);
        var shards = new Argument<int>("SHARDS")
        {
            Description = $"Count of open shards to have, 1 to {ShardsMax}",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= ShardsMax) return count;
                result.AddError($"SHARDS {text}: allowed are 1 to {ShardsMax}.");
                return 0;
            },
        };
        var command = new Command("scale", "Splits and merges shards until there are so many.") { stream, shards };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var path = Paths.Stream(session.Region, parsed.GetRequiredValue(stream)) + "/scale";
                return session.Done(await session.Client.PostAsync(path, new ScaleBody(parsed.GetRequiredValue(shards)), ContractJson.Default.ScaleBody, token));
            }, cancel));
        return command;
    }

    private static Command Delete(GlobalOptions globals)
    {
        var stream = Arguments.Stream(globals);
        var yes = Arguments.Yes();
        var command = new Command("delete", "Deletes a stream with all of its records.") { stream, yes };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var name = parsed.GetRequiredValue(stream);
                session.Confirm(parsed.GetValue(yes), $"{name} in {session.Region} goes with all of its records.");
                return session.Done(await session.Client.ChangeAsync(HttpMethod.Delete, Paths.Stream(session.Region, name), null, token));
            }, cancel));
        return command;
    }
}
