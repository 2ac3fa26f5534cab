using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.Serialization;
using ActorStreams.Shards.Log;
using Google.Protobuf;

namespace ActorStreams.Shards.Serialization;

/// <summary>
/// Which type an area writes under which manifest, and how each manifest is read. A type has one writer; a manifest that is no
/// longer written keeps its reader.
/// </summary>
internal sealed class ManifestTable
{
    private readonly FrozenDictionary<Type, Writer> _writers;
    private readonly FrozenDictionary<string, Reader> _readers;

    private ManifestTable(Dictionary<Type, Writer> writers, Dictionary<string, Reader> readers)
    {
        _writers = writers.ToFrozenDictionary();
        _readers = readers.ToFrozenDictionary();
    }

    private delegate byte[] ToBytes(object value);

    private delegate object FromBytes(byte[] bytes);

    private sealed record Writer(string Manifest, ToBytes ToBytes);

    private sealed record Reader(Type Type, FromBytes FromBytes);

    public IEnumerable<Type> Types => _writers.Keys;

    public IEnumerable<string> Manifests => _readers.Keys;

    public string Manifest(object value) => WriterOf(value).Manifest;

    public byte[] Write(object value) => WriterOf(value).ToBytes(value);

    /// <summary>Throws <see cref="SerializationException"/> for an unknown manifest and for bytes that are not of it.</summary>
    public object Read(byte[] bytes, string manifest)
    {
        if (!_readers.TryGetValue(manifest, out var reader))
        {
            throw new SerializationException(
                $"Manifest '{manifest}' is not known here; it may be of a newer version. Known are {string.Join(", ", _readers.Keys.Order(StringComparer.Ordinal))}.");
        }
        try
        {
            return reader.FromBytes(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length} bytes under manifest '{manifest}' are not a {reader.Type.Name}: {e.Message}", e);
        }
    }

    private Writer WriterOf(object value) => _writers.TryGetValue(value.GetType(), out var writer)
        ? writer
        : throw new SerializationException($"{value.GetType()} has no manifest; add it to Manifests.cs and to the table of its serializer.");

    internal sealed class Builder
    {
        private readonly Dictionary<Type, Writer> _writers = [];
        private readonly Dictionary<string, Reader> _readers = [];

        /// <summary>A type with a byte layout of its own.</summary>
        public Builder AddBytes<T>(string manifest, Func<T, byte[]> write, Func<byte[], T> read)
            where T : notnull
        {
            _writers.Add(typeof(T), new Writer(manifest, value => write((T)value)));
            _readers.Add(manifest, new Reader(typeof(T), bytes => read(bytes)));
            return this;
        }

        /// <summary>A type that is written as a Protobuf message.</summary>
        public Builder Add<T, TMessage>(string manifest, Func<T, TMessage> toMessage, MessageParser<TMessage> parser, Func<TMessage, T> fromMessage)
            where T : notnull
            where TMessage : IMessage<TMessage> =>
            AddBytes(manifest, value => toMessage(value).ToByteArray(), bytes => fromMessage(parser.ParseFrom(bytes)));

        /// <summary>
        /// As <see cref="Add"/>, followed by the CRC-32C of the message, u32 little-endian. Bytes that are not what was written read as
        /// <see cref="UnreadableSnapshot"/>: some changes of a byte still make a message, with another tip or another producer's position.
        /// </summary>
        public Builder AddSnapshot<T, TMessage>(string manifest, Func<T, TMessage> toMessage, MessageParser<TMessage> parser, Func<TMessage, T> fromMessage)
            where T : notnull
            where TMessage : IMessage<TMessage>
        {
            _writers.Add(typeof(T), new Writer(manifest, value => WithChecksum(toMessage((T)value))));
            _readers.Add(manifest, new Reader(typeof(T), bytes =>
            {
                try
                {
                    return fromMessage(parser.ParseFrom(Checked(bytes)));
                }
                catch (Exception e) when (e is InvalidProtocolBufferException or SerializationException)
                {
                    return new UnreadableSnapshot($"{bytes.Length} bytes under manifest '{manifest}' are not a {typeof(T).Name}: {e.Message}");
                }
            }));
            return this;
        }

        public ManifestTable Build() => new(_writers, _readers);

        private static byte[] WithChecksum(IMessage message)
        {
            var length = message.CalculateSize();
            var bytes = new byte[length + sizeof(uint)];
            message.WriteTo(bytes.AsSpan(0, length));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), Crc32C.Of(bytes.AsSpan(0, length)));
            return bytes;
        }

        private static ReadOnlySpan<byte> Checked(byte[] bytes)
        {
            if (bytes.Length < sizeof(uint)) throw new SerializationException("they are shorter than a checksum.");
            var message = bytes.AsSpan(0, bytes.Length - sizeof(uint));
            var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(message.Length));
            var computed = Crc32C.Of(message);
            return stored == computed ? message : throw new SerializationException($"their checksum is {computed:x8} where {stored:x8} is stored.");
        }
    }
}
