using System.Collections.Immutable;

namespace ActorStreams.MultiNode.Tests.Schedules;

/// <summary>One disturbance of a schedule: it begins at a time after the load's, and lasts. What has no length is over when it was done.</summary>
/// <remarks>Nodes are numbers from 0. A fault of a node that is not there when it begins is left out.</remarks>
public abstract record Fault(TimeSpan At, TimeSpan For)
{
    public TimeSpan Until => At + For;

    /// <summary>A node ends without a word, and is started again at the end.</summary>
    public sealed record Kill(TimeSpan At, TimeSpan For, int Node) : Fault(At, For)
    {
        public override string ToString() => $"{Span} kill of node {Node}";
    }

    /// <summary>A node stands still in the middle of whatever it does, and goes on at the end.</summary>
    public sealed record Pause(TimeSpan At, TimeSpan For, int Node) : Fault(At, For)
    {
        public override string ToString() => $"{Span} pause of node {Node}";
    }

    /// <summary>The same, while the store holds a transaction of it open.</summary>
    public sealed record PauseInTransaction(TimeSpan At, TimeSpan For, int Node) : Fault(At, For)
    {
        public override string ToString() => $"{Span} pause of node {Node} inside a transaction";
    }

    /// <summary>A node is told to stop, drains and leaves, and is started again at the end.</summary>
    public sealed record Leave(TimeSpan At, TimeSpan For, int Node) : Fault(At, For)
    {
        public override string ToString() => $"{Span} leave of node {Node}";
    }

    /// <summary>Nothing passes between these nodes and all others, seen from these. The store is reached from everywhere, and so are clients.</summary>
    public sealed record Cut(TimeSpan At, TimeSpan For, ImmutableArray<int> Side, CutDirection Direction) : Fault(At, For)
    {
        public override string ToString() => $"{Span} cut {(Direction == CutDirection.Both ? "both ways" : Direction == CutDirection.Outbound ? "out" : "in")} of nodes {string.Join(", ", Side)}";
    }

    /// <summary>Nothing passes between a node and the store; other nodes and clients reach it.</summary>
    public sealed record CutStore(TimeSpan At, TimeSpan For, int Node) : Fault(At, For)
    {
        public override string ToString() => $"{Span} cut of node {Node} from the store";
    }

    /// <summary>What a node sends to the others passes at so many bytes a second.</summary>
    public sealed record Slow(TimeSpan At, TimeSpan For, int Node, int BytesPerSecond) : Fault(At, For)
    {
        public override string ToString() => $"{Span} slow at {BytesPerSecond} B/s of node {Node}";
    }

    /// <summary>The store ends every connection.</summary>
    public sealed record ResetConnections(TimeSpan At) : Fault(At, TimeSpan.Zero)
    {
        public override string ToString() => $"{Span} reset of the store's connections";
    }

    /// <summary>The store crashes and is started again at the end.</summary>
    public sealed record StopStore(TimeSpan At, TimeSpan For) : Fault(At, For)
    {
        public override string ToString() => $"{Span} stop of the store";
    }

    /// <summary>The source stream is told to have so many shards, about equally wide.</summary>
    public sealed record Scale(TimeSpan At, int Shards) : Fault(At, TimeSpan.Zero)
    {
        public override string ToString() => $"{Span} scale to {Shards} shards";
    }

    /// <summary>One open shard of the source stream is split in its middle; which one, the number says, counted round.</summary>
    public sealed record Split(TimeSpan At, int Shard) : Fault(At, TimeSpan.Zero)
    {
        public override string ToString() => $"{Span} split of shard {Shard}";
    }

    /// <summary>Two neighbours of the source stream's open shards are merged; which ones, the number says, counted round.</summary>
    public sealed record Merge(TimeSpan At, int Shard) : Fault(At, TimeSpan.Zero)
    {
        public override string ToString() => $"{Span} merge of shard {Shard}";
    }

    protected string Span => For == TimeSpan.Zero
        ? FormattableString.Invariant($"{At.TotalSeconds:0.00} s")
        : FormattableString.Invariant($"{At.TotalSeconds:0.00}-{Until.TotalSeconds:0.00} s");
}

public enum CutDirection
{
    Both = 1,

    /// <summary>What the side sends is lost; it goes on hearing the others.</summary>
    Outbound = 2,

    /// <summary>What is sent to the side is lost; the others go on hearing it.</summary>
    Inbound = 3,
}
