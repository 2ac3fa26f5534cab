using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorStreams.Management.Tests;

/// <summary>The admin endpoint with pages of a spec, and a client of it.</summary>
internal sealed class ManagementHost : IAsyncDisposable, IManagementAudit
{
    private readonly ManagementServer _server;
    private readonly ConcurrentQueue<ManagementChange> _changes = new();

    private ManagementHost(ManagementOptions options, Readiness readiness, IManagementPage[] pages) =>
        _server = new ManagementServer(options, readiness, pages, this, NullLoggerFactory.Instance, TimeProvider.System);

    public HttpClient Client { get; } = new();

    public IReadOnlyCollection<ManagementChange> Changes => _changes;

    public static async Task<ManagementHost> StartAsync(ManagementOptions options, params IManagementPage[] pages)
    {
        var host = new ManagementHost(options with { Port = 0 }, new Readiness(), pages);
        await host._server.StartAsync(CancellationToken.None);
        host.Client.BaseAddress = new Uri($"http://127.0.0.1:{host._server.Port}/");
        return host;
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    void IManagementAudit.Changed(ManagementChange change) => _changes.Enqueue(change);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}
