using System.Net;
using System.Net.Sockets;

namespace ActorStreams.TestKit;

public static class FreePorts
{
    // Below the ranges from which systems take ports for outgoing connections, or a node could not come back to its own.
    private const int First = 12_000;
    private const int Last = 32_000;

    /// <summary>Ports that are free now; held together while choosing, so that they differ.</summary>
    public static int[] Take(int count)
    {
        var held = new List<TcpListener>();
        try
        {
            while (held.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, Last)) { ExclusiveAddressUse = true };
                try
                {
                    listener.Start();
                    held.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose();
                }
            }

            return [.. held.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in held) listener.Dispose();
        }
    }
}
