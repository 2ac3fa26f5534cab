using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>Whoever sends commands to shards: a producer's process or the stream's.</summary>
internal interface IClient
{
    int Id { get; }

    void Receive(Request request, ShardProtocol.IMessage reply);
}

/// <summary>One command on its way to whichever owner of the shard it will meet.</summary>
internal sealed record Request(IClient Client, int Shard, ShardProtocol.ICommand Command, IReadOnlyList<Tag> Tags)
{
    /// <summary>A plain append sent twice by the network would be stored twice: Akka never repeats a message, clients do.</summary>
    public bool MayRepeat => Command is not ShardProtocol.Append { Producer: null, Call: not { MayBeRepeat: true } };

    /// <summary>After a definite refusal its records are not sent again under the same tags.</summary>
    public bool IsSentOnce => Command is ShardProtocol.Append { Producer: null, Call: null };

    public UInt128? Call => (Command as ShardProtocol.Append)?.Call?.Id;

    public override string ToString() => Command switch
    {
        ShardProtocol.Append { Producer: { } p } => $"{Client} Append({string.Join(" ", Tags)}, epoch {p.Epoch}, {p.Predecessor}..{p.Position})",
        ShardProtocol.Append { Call: { } c } => $"{Client} Append({string.Join(" ", Tags)}, call {c.Id}{(c.MayBeRepeat ? " again" : "")}, entries {c.Entries})",
        ShardProtocol.Append => $"{Client} Append({string.Join(" ", Tags)})",
        ShardProtocol.Attach a => $"{Client} Attach(epoch {a.Epoch})",
        ShardProtocol.Trim t => $"{Client} Trim(before {t.BeforeMs})",
        var other => $"{Client} {other.GetType().Name}",
    };
}

/// <summary>Messages between one client and one shard, each direction in order unless the scheduler breaks it.</summary>
internal sealed class Channel(IClient client, int shard)
{
    public IClient Client { get; } = client;
    public int Shard { get; } = shard;
    public List<Request> Requests { get; } = [];
    public List<(Request Request, ShardProtocol.IMessage Reply)> Replies { get; } = [];
}

internal sealed class Network
{
    private readonly Dictionary<(int Client, int Shard), Channel> _byPair = [];

    /// <summary>In order of first use, so that a seed always sees the same order.</summary>
    public List<Channel> Channels { get; } = [];

    public void Send(Request request) => Between(request.Client, request.Shard).Requests.Add(request);

    public void Answer(Request request, ShardProtocol.IMessage reply) => Between(request.Client, request.Shard).Replies.Add((request, reply));

    private Channel Between(IClient client, int shard)
    {
        if (!_byPair.TryGetValue((client.Id, shard), out var channel))
        {
            _byPair.Add((client.Id, shard), channel = new Channel(client, shard));
            Channels.Add(channel);
        }
        return channel;
    }
}
