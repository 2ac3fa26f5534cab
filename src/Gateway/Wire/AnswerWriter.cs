using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Writes the members of an answer in the encoding of its request. Absent members are left out, as the service does: a null given here
/// writes nothing, name included.
/// </summary>
internal abstract class AnswerWriter
{
    /// <summary>Begins an item of a list.</summary>
    public abstract void StartObject();

    public abstract void StartObject(string name);

    public abstract void EndObject();

    public abstract void StartArray(string name);

    public abstract void EndArray();

    public abstract void StringValue(string value);

    public abstract void String(string name, string? value);

    public abstract void Number(string name, long? value);

    public abstract void Bool(string name, bool? value);

    /// <summary>To the millisecond.</summary>
    public abstract void Timestamp(string name, DateTimeOffset? value);

    public abstract void Blob(string name, ReadOnlySpan<byte> value);

    public void Object(string name, Action<AnswerWriter> members)
    {
        StartObject(name);
        members(this);
        EndObject();
    }

    /// <summary>A list of objects; an empty one is there all the same.</summary>
    public void List<T>(string name, IEnumerable<T> items, Action<AnswerWriter, T> members)
    {
        StartArray(name);
        foreach (var item in items)
        {
            StartObject();
            members(this, item);
            EndObject();
        }
        EndArray();
    }

    public void Strings(string name, IEnumerable<string> values)
    {
        StartArray(name);
        foreach (var value in values) StringValue(value);
        EndArray();
    }

    /// <summary>The whole answer: one object, whose first byte begins it in either encoding.</summary>
    public static ReadOnlyMemory<byte> Encode(WireEncoding encoding, Action<AnswerWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        if (encoding == WireEncoding.Json)
            JsonAnswerWriter.Encode(buffer, members);
        else
            CborAnswerWriter.Encode(buffer, members);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a small answer with its length known.</summary>
    public static async Task WriteAsync(
        HttpResponse response, WireEncoding encoding, Action<AnswerWriter> members, CancellationToken cancel)
    {
        var answer = Encode(encoding, members);
        response.ContentType = ContentTypes.NameOf(encoding);
        response.ContentLength = answer.Length;
        await response.BodyWriter.WriteAsync(answer, cancel);
    }
}
