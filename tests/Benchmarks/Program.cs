using System.Net.Sockets;
using ActorStreams.Benchmarks;
using ActorStreams.Benchmarks.Transport;

try
{
    if (args is [TransportPeer.Argument, var more])
    {
        await TransportPeer.RunAsync(more);
        return 0;
    }

    await BenchmarkRun.RunAsync(BenchmarkOptions.Parse(args), Console.Out);
    return 0;
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (Exception e) when (e is InvalidOperationException or InvalidDataException or IOException or SocketException or TimeoutException or AggregateException)
{
    await Console.Error.WriteLineAsync(e.ToString());
    return 1;
}
