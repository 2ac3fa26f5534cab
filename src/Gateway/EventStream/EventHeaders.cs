using System.Buffers.Binary;
using System.Text;

namespace ActorStreams.Gateway.EventStream;

/// <summary>
/// The headers of a message, encoded. Each: <code>u8 name bytes | name | u8 type, 7 for text | u16 value bytes, big-endian | value</code>
/// </summary>
internal static class EventHeaders
{
    private const byte Text = 7;

    /// <param name="contentType">Of the payload.</param>
    public static byte[] Event(string type, string contentType) =>
        Encode((":message-type", "event"), (":event-type", type), (":content-type", contentType));

    /// <summary>A modelled error, which ends the stream.</summary>
    public static byte[] Exception(string type, string contentType) =>
        Encode((":message-type", "exception"), (":exception-type", type), (":content-type", contentType));

    private static byte[] Encode(params ReadOnlySpan<(string Name, string Value)> headers)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        foreach (var (name, value) in headers)
        {
            bytes.WriteByte(checked((byte)name.Length));
            bytes.Write(Encoding.ASCII.GetBytes(name));
            bytes.WriteByte(Text);
            var encoded = Encoding.UTF8.GetBytes(value);
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)encoded.Length));
            bytes.Write(length);
            bytes.Write(encoded);
        }
        return bytes.ToArray();
    }
}
