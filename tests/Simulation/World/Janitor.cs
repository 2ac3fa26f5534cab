using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>Asks shards to give up what is past the retention time; does not mind whether it is answered.</summary>
internal sealed class Janitor(int id) : IClient
{
    public int Id { get; } = id;

    public void Receive(Request request, ShardProtocol.IMessage reply)
    {
    }

    public override string ToString() => "janitor";
}
