using System.Diagnostics;

namespace ActorStreams.Shards;

/// <summary>
/// Spans of appends, writes of the journal and reads; one each for a request or a batch, none for a record. Without a listener nothing is made.
/// </summary>
public static class ShardTracing
{
    public static readonly ActivitySource Source = new("ActorStreams.Shards");

    /// <summary>A write of the journal serves many appends, maybe of other nodes: it is linked to each of those that are traced.</summary>
    internal static Activity? StartWrite(IEnumerable<string?> appends)
    {
        if (!Source.HasListeners()) return null;
        ActivityLink[] links = [.. appends.Where(t => t is not null).Select(Link)];
        if (links.Length == 0) return null;
        // Under the first of them, so that the way of a put is seen whole where it was alone. It ends on another thread, so it is nobody's current one.
        var current = Activity.Current;
        var write = Source.StartActivity("journal write", ActivityKind.Internal, links[0].Context, links: links);
        Activity.Current = current;
        return write;
    }

    private static ActivityLink Link(string? trace) =>
        ActivityContext.TryParse(trace, traceState: null, isRemote: true, out var context) ? new ActivityLink(context) : default;
}
