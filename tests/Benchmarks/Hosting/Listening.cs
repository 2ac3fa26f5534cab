using System.Net;
using System.Net.Sockets;

namespace ActorStreams.Benchmarks.Hosting;

/// <summary>Free loopback ports. Another process may take one before it is used; then the server that wanted it fails loudly.</summary>
public static class Listening
{
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
