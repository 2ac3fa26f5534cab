using System.CommandLine;
using ActorStreams.Pbm.Palettes;

namespace ActorStreams.Pbm.Tail;

/// <summary><c>pbm stream tail</c>.</summary>
internal static class TailCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var stream = Arguments.Stream(globals);
        var from = Arguments.From("LATEST");
        var shard = new Option<string?>("--shard") { Description = "Only this shard, as its number or shardId-...", HelpName = "SHARD" };
        shard.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !ShardName.TryParseId(token.Value, out _))
                option.AddError($"--shard {token.Value}: allowed is a shard's number or its id, such as 3 or shardId-000000000003.");
        });
        var limit = Arguments.Number("--limit", "End after so many records", 1, long.MaxValue);
        var command = new Command("tail", "Prints the records of all shards as they come, through splits and merges, until ctrl-C.") { stream, from, shard, limit };
        command.Validators.Add(result =>
        {
            // A sequence number belongs to one shard.
            if (result.GetResult(shard) is null && result.GetResult(from)?.Tokens is [var token, ..]
                && StartingPoint.TryParse(token.Value, out var point) && point.SequenceNumber is not null)
                result.AddError("--from with a sequence number: --shard must say of which shard.");
        });
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var point = parsed.GetValue(from) is { } text && StartingPoint.TryParse(text, out var given) ? given : StartingPoint.Latest;
                var only = parsed.GetValue(shard) is { } id && ShardName.TryParseId(id, out var shardId) ? shardId : null;
                await new StreamTail(session, parsed.GetRequiredValue(stream), point, only, parsed.GetValue(limit)).RunAsync(token);
                return ExitCodes.Ok;
            }, cancel));
        return command;
    }
}
