using System.Net;
using System.Text;

namespace ActorStreams.Agent.Reporting;

/// <summary><c>GET /metrics</c> on a port, for Prometheus.</summary>
internal sealed class MetricsEndpoint(AgentCounters counters, int port) : IDisposable
{
    private readonly HttpListener _listener = new() { Prefixes = { $"http://*:{port}/" } };

    /// <exception cref="HttpListenerException">The port is taken.</exception>
    public void Start()
    {
        _listener.Start();
        _ = AnswerAsync();
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var response = context.Response;
                if (context.Request.Url?.AbsolutePath != "/metrics")
                {
                    response.StatusCode = 404;
                    continue;
                }
                response.ContentType = "text/plain; version=0.0.4";
                await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(counters.Exposition()));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The one who asked went away, or the agent stops.
            }
        }
    }
}
