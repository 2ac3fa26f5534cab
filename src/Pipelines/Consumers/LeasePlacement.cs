namespace ActorStreams.Pipelines.Consumers;

/// <summary>
/// The how manieth place of a lease, and the node that it must not be on. Number 0 is where cluster sharding puts it by itself; each move
/// off a node that gives no sign of life, and each release by a person, makes the next one.
/// </summary>
/// <param name="Avoid">Host and port of the node; empty where none is avoided.</param>
public sealed record LeasePlacement(int Number, string Avoid)
{
    public static readonly LeasePlacement First = new(0, "");

    /// <param name="node">As a consumer names its node, <c>akka.tcp://name@host:port#uid</c>; empty where it is not known.</param>
    public LeasePlacement Next(string node) => new(Number + 1, HostPort(node));

    private static string HostPort(string node)
    {
        var from = node.IndexOf('@', StringComparison.Ordinal) + 1;
        var to = node.IndexOf('#', StringComparison.Ordinal);
        return from == 0 ? "" : node[from..(to < 0 ? node.Length : to)];
    }
}
