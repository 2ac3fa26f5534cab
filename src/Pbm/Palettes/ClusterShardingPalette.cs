using System.CommandLine;
using System.Text.Json.Nodes;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm cluster-sharding</c>: which node hosts how much of what is spread, in Akka's words; its "shards" are our buckets.</summary>
internal static class ClusterShardingPalette
{
    public static Command Build(GlobalOptions globals) => new("cluster-sharding", "How entities are spread over the nodes.")
    {
        Listing(globals, "list-regions", "Each type's regions: a node, with the buckets and entities it hosts.", Regions),
        Listing(globals, "list-shards", "Each bucket, which Akka calls a shard, with its node and entities.", Buckets),
        Listing(globals, "stats", "Each type's totals, and how even its spread is.", Stats),
    };

    private static Command Listing(GlobalOptions globals, string name, string description, Action<Screen, IReadOnlyList<ShardingTypeAnswer>> show)
    {
        var type = new Argument<string?>("TYPE") { Description = "Only this type of entity", Arity = ArgumentArity.ZeroOrOne };
        var typeOption = new Option<string?>("--type", "-t") { Description = "The same, as Petabridge.Cmd takes it", HelpName = "TYPE" };
        var command = new Command(name, description) { type, typeOption };
        command.Validators.Add(result =>
        {
            if (result.GetResult(type)?.Tokens.Count > 0 && result.GetResult(typeOption) is not null) result.AddError("TYPE and --type: allowed is one of the two.");
        });
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => RunAsync(session, parsed.GetValue(type) ?? parsed.GetValue(typeOption), show, token), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Session session, string? only, Action<Screen, IReadOnlyList<ShardingTypeAnswer>> show, CancellationToken cancel)
    {
        var answer = await session.Client.GetAsync(Paths.Sharding, cancel);
        var all = answer.Read(ContractJson.Default.ShardingAnswer).Types;
        var types = only is null ? all : [.. all.Where(t => t.Type == only)];
        if (only is not null && types.Count == 0)
            throw PbmException.Refused($"there is no type '{only}'; there are {string.Join(", ", all.Select(t => t.Type))}.");
        if (!session.Json) show(session.Screen, types);
        else session.Screen.Json(only is null ? answer.Body : Only(answer.Body, only));
        foreach (var type in types.Where(t => t.Unavailable is not null)) session.Screen.Notice(Printable.Line($"{type.Type}: {type.Unavailable}"));
        return types.All(t => t.Unavailable is null) ? ExitCodes.Ok : ExitCodes.Partial;
    }

    private static string Only(string body, string type)
    {
        var root = JsonNode.Parse(body)!;
        var types = root["types"]!.AsArray();
        foreach (var other in types.Where(t => (string?)t!["type"] != type).ToArray()) types.Remove(other);
        return root.ToJsonString();
    }

    private static void Regions(Screen screen, IReadOnlyList<ShardingTypeAnswer> types)
    {
        var table = new TextTable(new("TYPE"), new("NODE"), new("BUCKETS", IsNumber: true), new("ENTITIES", IsNumber: true));
        foreach (var (type, region) in from t in types from r in t.Regions.OrderBy(r => r.Node, StringComparer.Ordinal) select (t, r))
            table.Add(type.Type, Figures.Node(region.Node), Figures.Count(region.Buckets.Count), Figures.Count(region.Entities));
        table.WriteTo(screen);
    }

    private static void Buckets(Screen screen, IReadOnlyList<ShardingTypeAnswer> types)
    {
        var table = new TextTable(new("TYPE"), new("BUCKET"), new("NODE"), new("ENTITIES", IsNumber: true));
        var rows =
            from type in types
            from region in type.Regions
            from bucket in region.Buckets
            orderby type.Type, bucket.Bucket.Length, bucket.Bucket
            select (type.Type, bucket, region.Node);
        foreach (var (type, bucket, node) in rows) table.Add(type, bucket.Bucket, Figures.Node(node), Figures.Count(bucket.Entities));
        table.WriteTo(screen);
    }

    private static void Stats(Screen screen, IReadOnlyList<ShardingTypeAnswer> types)
    {
        var table = new TextTable(
            new("TYPE"), new("NODES", IsNumber: true), new("BUCKETS", IsNumber: true), new("ENTITIES", IsNumber: true), new("FEWEST ON A NODE", IsNumber: true), new("MOST ON A NODE", IsNumber: true));
        foreach (var type in types)
        {
            table.Add(
                type.Type,
                Figures.Count(type.Regions.Count),
                Figures.Count(type.Regions.Sum(r => r.Buckets.Count)),
                Figures.Count(type.Regions.Sum(r => r.Entities)),
                Figures.Count(type.Regions.Select(r => (long?)r.Entities).Min()),
                Figures.Count(type.Regions.Select(r => (long?)r.Entities).Max()));
        }

        table.WriteTo(screen);
    }
}
