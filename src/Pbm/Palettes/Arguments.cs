using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using ActorStreams.Pbm.Shell;

namespace ActorStreams.Pbm.Palettes;

/// <summary>Arguments and options that several palettes have.</summary>
internal static class Arguments
{
    public static Argument<string> Stream(GlobalOptions globals, string description = "Name of the stream")
    {
        var argument = new Argument<string>("STREAM") { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !ShardName.IsStream(token.Value))
                result.AddError($"'{token.Value}' is no stream's name; allowed are 1 to 128 letters, digits, '_', '.' and '-'.");
        });
        argument.CompletionSources.Add(context => Names(globals, argument, context, Completions.StreamsAsync));
        return argument;
    }

    public static Argument<ShardName> Shard(GlobalOptions globals, string name = "SHARD", string description = "A shard, such as orders/3 or orders/shardId-000000000003")
    {
        var argument = new Argument<ShardName>(name)
        {
            Description = description,
            CustomParser = result =>
            {
                if (ShardName.TryParse(result.Tokens[0].Value, out var shard)) return shard;
                result.AddError($"'{result.Tokens[0].Value}' is no shard; {ShardName.Allowed}.");
                return null!;
            },
        };
        argument.CompletionSources.Add(context => Names(globals, argument, context, Completions.ShardsAsync));
        return argument;
    }

    /// <summary>The application that consumes a stream: a pipeline's name.</summary>
    public static Argument<string> Application(GlobalOptions globals, string name = "APPLICATION")
    {
        var argument = new Argument<string>(name) { Description = "The consuming application: the name of its pipeline" };
        NotEmpty(argument);
        argument.CompletionSources.Add(context => Names(globals, argument, context, Completions.PipelinesAsync));
        return argument;
    }

    public static Argument<string?> OptionalApplication(GlobalOptions globals)
    {
        var argument = new Argument<string?>("APPLICATION") { Description = "Only this application", Arity = ArgumentArity.ZeroOrOne };
        argument.CompletionSources.Add(context => Names(globals, argument, context, Completions.PipelinesAsync));
        return argument;
    }

    public static Option<string?> From(string fallback) => Point(new Option<string?>("--from") { Description = $"Where to start, default {fallback}: {StartingPoint.Allowed}", HelpName = "POINT" });

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask for confirmation" };

    public static Option<long?> Number(string name, string description, long min, long max) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
            result.AddError($"{name} {text}: allowed are {min} to {max}.");
            return null;
        },
    };

    public static void NotEmpty(Argument<string> argument) => argument.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value.Length: 0 }, ..]) result.AddError($"{argument.Name} is empty.");
    });

    private static Option<string?> Point(Option<string?> option)
    {
        option.CompletionSources.Add("TRIM_HORIZON", "LATEST");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !StartingPoint.TryParse(token.Value, out _)) result.AddError($"{option.Name} {token.Value}: {StartingPoint.Allowed}.");
        });
        return option;
    }

    /// <summary>What the cluster holds, while it is this argument that is being typed.</summary>
    public static IEnumerable<CompletionItem> Names(
        GlobalOptions globals, Argument argument, CompletionContext context, Func<Session, CancellationToken, Task<IReadOnlyList<string>>> list)
    {
        // The library asks every argument of the command, also those that have their value.
        var parsed = context.ParseResult;
        var typed = parsed.CommandResult.Command.Arguments.FirstOrDefault(
            a => parsed.GetResult(a)?.Tokens is not [.., var last] || context.WordToComplete.Length > 0 && last == parsed.Tokens[^1]);
        return typed == argument ? Completions.Of(globals, context, list).Select(name => new CompletionItem(name)) : [];
    }
}
