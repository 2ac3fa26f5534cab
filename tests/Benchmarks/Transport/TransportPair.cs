using System.Diagnostics;
using System.Globalization;
using Akka.Actor;

namespace ActorStreams.Benchmarks.Transport;

/// <summary>Two nodes without a store: an actor system in this process and one in another, in one cluster.</summary>
internal sealed class TransportPair : IAsyncDisposable
{
    private readonly Process _peer;

    private TransportPair(Process peer, ActorSystem system, IActorRef shard, IActorRef echo, Uri http)
    {
        _peer = peer;
        System = system;
        Shard = shard;
        Echo = echo;
        Http = http;
    }

    public ActorSystem System { get; }

    public IActorRef Shard { get; }

    public IActorRef Echo { get; }

    public Uri Http { get; }

    public TimeSpan PeerCpu
    {
        get
        {
            _peer.Refresh();
            return _peer.TotalProcessorTime;
        }
    }

    public static async Task<TransportPair> StartAsync(string more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(TransportPair).Assembly.Location);
        start.ArgumentList.Add(TransportPeer.Argument);
        start.ArgumentList.Add(more);
        var peer = Process.Start(start) ?? throw new InvalidOperationException("The other node did not start.");
        var line = (await peer.StandardOutput.ReadLineAsync())?.Split(' ') ?? throw new InvalidOperationException("The other node ended before it was there.");
        var address = Address.Parse(line[0]);
        var system = TransportSystem.Start(more);
        await Akka.Cluster.Cluster.Get(system).JoinAsync(address);
        return new TransportPair(
            peer, system, await FindAsync(system, address, TransportPeer.ShardName), await FindAsync(system, address, TransportPeer.EchoName),
            new Uri($"http://127.0.0.1:{int.Parse(line[1], CultureInfo.InvariantCulture)}/"));
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        _peer.StandardInput.Close();
        await _peer.WaitForExitAsync();
        _peer.Dispose();
    }

    private static Task<IActorRef> FindAsync(ActorSystem system, Address node, string name) =>
        system.ActorSelection(new RootActorPath(node) / "user" / name).ResolveOne(TimeSpan.FromSeconds(10));
}
