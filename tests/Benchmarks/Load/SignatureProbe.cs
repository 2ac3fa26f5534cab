using System.Net;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Finds out whether a node verifies signatures, by one request with a secret that no node can know.</summary>
public static class SignatureProbe
{
    public static bool AreVerified(IPEndPoint endpoint)
    {
        var signer = new RequestSigner("AKIDBENCHMARK", Guid.NewGuid().ToString(), "us-east-1", endpoint.ToString(), TimeProvider.System);
        using var session = new KinesisSession(endpoint, signer);
        return session.Exchange(signer.Prepare("ListStreams", "{}")).Status != 200;
    }
}
