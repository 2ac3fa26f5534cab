using System.Net;
using System.Net.Sockets;
using ActorStreams.Agent.Reporting;
using ActorStreams.TestKit;

namespace ActorStreams.Agent.Tests.Reporting;

public sealed class MetricsEndpointSpecs
{
    [Fact]
    public async Task Counts_are_under_metrics_and_nothing_is_elsewhere()
    {
        var port = FreePorts.Take(1)[0];
        var counters = new AgentCounters();
        counters.Puts.Add(3);
        using var endpoint = new MetricsEndpoint(counters, port);
        endpoint.Start();
        using var http = new HttpClient();

        Assert.Contains("actorstreams_agent_puts_total 3\n", await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")), StringComparison.Ordinal);
        using var elsewhere = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/other"));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        using var endpoint = new MetricsEndpoint(new AgentCounters(), ((IPEndPoint)taken.LocalEndpoint).Port);

        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(endpoint.Start).SocketErrorCode);
    }
}
