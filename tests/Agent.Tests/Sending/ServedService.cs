using ActorStreams.Agent.Tests.Tailing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Tests.Sending;

/// <summary>The service in memory behind an address, one call after another.</summary>
internal sealed class ServedService : IAsyncDisposable
{
    private readonly FakeService _service = new();
    private readonly HttpMessageInvoker _calls;
    private readonly SemaphoreSlim _oneByOne = new(1);
    private readonly WebApplication _host;

    private ServedService()
    {
        _calls = new HttpMessageInvoker(_service);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _host = builder.Build();
        _host.MapPost("/", AnswerAsync);
    }

    public Uri Endpoint => new(_host.Urls.Single());

    public static async Task<ServedService> StartAsync()
    {
        var served = new ServedService();
        await served._host.StartAsync();
        return served;
    }

    public async Task<IReadOnlyList<string>> StoredAsync()
    {
        await _oneByOne.WaitAsync();
        try
        {
            return [.. _service.Stored];
        }
        finally
        {
            _oneByOne.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _calls.Dispose();
        _oneByOne.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = new StreamContent(context.Request.Body) };
        foreach (var (name, values) in context.Request.Headers) request.Headers.TryAddWithoutValidation(name, values.ToArray());
        await _oneByOne.WaitAsync(context.RequestAborted);
        try
        {
            using var answer = await _calls.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers) context.Response.Headers.Append(name, values.ToArray());
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        finally
        {
            _oneByOne.Release();
        }
    }
}
