namespace ActorStreams.TestKit;

/// <summary>Where a process runs: the address under which others reach it, and the words before its command line that take it there.</summary>
/// <param name="Launcher">Such as <c>nsenter --net=/run/netns/one</c>; it must replace itself by the program, so that signals meet that. Empty for this machine itself.</param>
public sealed record ProcessPlace(string Address, IReadOnlyList<string> Launcher)
{
    public static readonly ProcessPlace Loopback = new("127.0.0.1", []);
}

/// <summary>An executable of this repository.</summary>
/// <param name="Project">Its folder below <c>src</c>.</param>
public sealed record NodeProgram(string Project, string Assembly)
{
    public static readonly NodeProgram Node = new("Node", "actorstreams");
    public static readonly NodeProgram Lighthouse = new("Lighthouse", "lighthouse");
}
