using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Node.Client;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Node.Hosting;

/// <summary>
/// Walks the ways that the first client would walk, before the node calls itself ready: the code is compiled on the way, and cluster
/// sharding places its first entities, which took the first CreateStream some 800 ms. It leaves nothing in the store. An answer that
/// never comes keeps the node from being ready, as it should.
/// </summary>
internal static class WarmUp
{
    private const string Region = "us-east-1";
    private const string NoStream = "warm-up";

    public static async Task RunAsync(Uri endpoint, GatewayOptions gateway, IStreams streams, TimeProvider clock, CancellationToken cancel)
    {
        // No stream had this life: incarnations are milliseconds since 1970.
        var none = new ShardKey(Region, new Incarnation(1), 0);
        await streams.BoundsAsync(none, cancel);
        using var http = new HttpClient();
        var key = gateway.RequiresLoopback ? new AccessKey("warm-up", "warm-up") : gateway.AccessKeys[0];
        var client = new KinesisClient(http, endpoint, new SigV4Signer(key, Region, clock), clock);
        try
        {
            await client.PutRecordsAsync(NoStream, [new PutEntry("key", [1])], cancel);
        }
        catch (ApiException e) when (!e.MayPass)
        {
            // There is no such stream, which is the answer that a node gives whose parts all work.
        }
    }
}
