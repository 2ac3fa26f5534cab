using System.Net;
using System.Net.Http.Headers;

namespace ActorStreams.Gateway.Tests.Hosting;

/// <summary>A body of which half is sent, and the rest when the gate opens: until then its request is being worked on.</summary>
internal sealed class GatedContent : HttpContent
{
    private readonly byte[] _body;
    private readonly Task _gate;
    private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GatedContent(byte[] body, Task gate)
    {
        _body = body;
        _gate = gate;
        Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-amz-json-1.1");
    }

    public Task HalfIsSent => _half.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_body.AsMemory(0, _body.Length / 2), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _half.TrySetResult();
        await _gate.WaitAsync(cancellationToken);
        await stream.WriteAsync(_body.AsMemory(_body.Length / 2), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
