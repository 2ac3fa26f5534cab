using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>Text as converters read it, and the objects that they make.</summary>
internal static class JsonObjects
{
    private static readonly Encoding s_strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Without the newline at its end.</summary>
    public static string? TextOf(ReadOnlySpan<byte> line, out string? problem)
    {
        if (line is [.., (byte)'\n']) line = line[..^1];
        if (line is [.., (byte)'\r']) line = line[..^1];
        problem = null;
        try
        {
            return s_strict.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            problem = "The line is not UTF-8 text.";
            return null;
        }
    }

    /// <summary>A value that is null is written as null.</summary>
    public static byte[] Write(IReadOnlyList<string> names, IReadOnlyList<string?> values)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Count; i++) json.WriteString(names[i], values[i]);
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }
}
