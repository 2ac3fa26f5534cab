using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Wire;

/// <summary>Writes small JSON answers with their length known.</summary>
internal static class JsonAnswer
{
    // Nothing of it is embedded in HTML.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpResponse response, string contentType, Action<Utf8JsonWriter> members, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        response.ContentType = contentType;
        response.ContentLength = buffer.WrittenCount;
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory, cancel);
    }

    /// <summary>Operations without output answer with no body at all.</summary>
    public static Task WriteEmptyAsync(HttpResponse response, string contentType)
    {
        response.ContentType = contentType;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Epoch seconds with milliseconds, the form of all times in answers.</summary>
    public static void WriteTimestamp(this Utf8JsonWriter writer, string member, DateTimeOffset time) =>
        writer.WriteNumber(member, time.ToUnixTimeMilliseconds() / 1000m);
}
