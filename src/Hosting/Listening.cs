using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace ActorStreams.Hosting;

/// <summary>Listening on ports that may be taken, with one message for each way in which that fails.</summary>
public static class Listening
{
    /// <summary>Takes a port for a moment.</summary>
    /// <exception cref="CannotStartException">It cannot be listened on.</exception>
    public static void Probe(IPAddress address, string what, int port, string option)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
        }
        catch (SocketException e)
        {
            throw Refused(what, port, option, e, e.SocketErrorCode == SocketError.AddressAlreadyInUse);
        }
    }

    /// <exception cref="CannotStartException">The port cannot be listened on.</exception>
    public static async Task StartAsync(Func<CancellationToken, Task> start, string what, int port, string option, CancellationToken cancel)
    {
        try
        {
            await start(cancel);
        }
        catch (Exception e) when (e is AddressInUseException or IOException { InnerException: AddressInUseException })
        {
            throw Refused(what, port, option, e, inUse: true);
        }
        catch (Exception e) when (e is SocketException or IOException { InnerException: SocketException })
        {
            throw Refused(what, port, option, e, inUse: false);
        }
    }

    private static CannotStartException Refused(string what, int port, string option, Exception e, bool inUse) => new(
        inUse
            ? $"Port {port}, wanted for the {what}, is in use. Stop what listens there or give another {option}."
            : $"Port {port}, wanted for the {what}, cannot be listened on: {e.Message}. Give another {option}.",
        e);
}
