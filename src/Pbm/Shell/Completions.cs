using System.CommandLine.Completions;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;

namespace ActorStreams.Pbm.Shell;

/// <summary>Names of what the cluster holds, to complete what is being typed.</summary>
internal static class Completions
{
    /// <summary>Whoever presses Tab waits no longer than this.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<string> Of(GlobalOptions globals, CompletionContext context, Func<Session, CancellationToken, Task<IReadOnlyList<string>>> list)
    {
        // The library asks synchronously. Off this thread, so that nothing waits for it while it waits.
        return Task.Run(async () =>
        {
            try
            {
                using var limit = new CancellationTokenSource(s_patience);
                using var session = new Session(globals.SettingsOf(context.ParseResult), globals.Screen, globals.Clock);
                return await list(session, limit.Token);
            }
            catch (Exception e) when (e is PbmException or OperationCanceledException)
            {
                return [];
            }
        }).GetAwaiter().GetResult();
    }

    public static async Task<IReadOnlyList<string>> StreamsAsync(Session session, CancellationToken cancel)
    {
        var answer = (await session.Client.GetAsync(Paths.Streams, cancel)).Read(ContractJson.Default.StreamsAnswer);
        return [.. answer.Streams.Where(s => s.Region == session.Region).Select(s => s.Name)];
    }

    public static async Task<IReadOnlyList<string>> ShardsAsync(Session session, CancellationToken cancel)
    {
        var answer = (await session.Client.GetAsync(Paths.Streams, cancel)).Read(ContractJson.Default.StreamsAnswer);
        return [.. answer.Streams.Where(s => s.Region == session.Region).SelectMany(s => s.Shards.Select(shard => ShardName.Short(s.Name, shard.ShardId)))];
    }

    public static async Task<IReadOnlyList<string>> PipelinesAsync(Session session, CancellationToken cancel) =>
        [.. (await session.Client.GetAsync(Paths.Pipelines, cancel)).Read(ContractJson.Default.PipelinesAnswer).Pipelines.Select(p => p.Name)];

    public static async Task<IReadOnlyList<string>> NodesAsync(Session session, CancellationToken cancel) =>
        [.. (await session.Client.GetAsync(Paths.Members, cancel)).Read(ContractJson.Default.MembersAnswer).Members.Select(m => m.Node)];
}
