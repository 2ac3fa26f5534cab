using System.Buffers.Binary;
using System.Text;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Where a reader stands: a life of a stream, its shard, and the next record.</summary>
internal readonly record struct ShardIterator(StreamId Stream, ShardKey Shard, ShardPosition Position);

/// <summary>
/// Shard iterators as clients see them: sealed, good for five minutes on any node. The stream's name is in it for the texts of errors;
/// what is read is decided by the incarnation. Payload, integers big-endian:
/// <code>u8 region bytes | region | u8 name bytes | name | i64 incarnation | i32 shard | i64 row | i32 index</code>
/// At most 64 + 128 + 26 bytes, and 26 around them: 328 characters, where the API allows 512.
/// </summary>
internal sealed class ShardIterators(TokenSealer sealer, TimeProvider time)
{
    private const int FixedBytes = 8 + 4 + 8 + 4;

    public string Write(ShardIterator iterator)
    {
        Span<byte> payload = stackalloc byte[2 + byte.MaxValue + byte.MaxValue + FixedBytes];
        var used = WriteText(payload, iterator.Stream.Region);
        used += WriteText(payload[used..], iterator.Stream.Name);
        var rest = payload[used..];
        BinaryPrimitives.WriteInt64BigEndian(rest, iterator.Shard.Incarnation.Value);
        BinaryPrimitives.WriteInt32BigEndian(rest[8..], iterator.Shard.Shard);
        BinaryPrimitives.WriteInt64BigEndian(rest[12..], iterator.Position.Row);
        BinaryPrimitives.WriteInt32BigEndian(rest[20..], iterator.Position.Index);
        return sealer.Seal(TokenPurpose.ShardIterator, payload[..(used + FixedBytes)]);
    }

    /// <summary>Throws the error for an iterator that is not ours, of another region, or too old.</summary>
    public ShardIterator Read(string text, string region)
    {
        // Shell users paste the CLI's JSON output with its quotes; the service takes that.
        var token = text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;
        if (!sealer.TryOpen(TokenPurpose.ShardIterator, token, out var payload, out var createdAt)) throw KinesisErrors.InvalidShardIterator();
        var now = time.GetUtcNow();
        if (now - createdAt > KinesisLimits.TokenLifetime) throw KinesisErrors.ExpiredIterator(createdAt, now);

        ReadOnlySpan<byte> rest = payload;
        var stream = new StreamId(ReadText(ref rest), ReadText(ref rest));
        if (stream.Region != region) throw KinesisErrors.InvalidShardIterator();
        var shard = new ShardKey(
            stream.Region, new Incarnation(BinaryPrimitives.ReadInt64BigEndian(rest)), BinaryPrimitives.ReadInt32BigEndian(rest[8..]));
        var position = new ShardPosition(BinaryPrimitives.ReadInt64BigEndian(rest[12..]), BinaryPrimitives.ReadInt32BigEndian(rest[20..]));
        return new ShardIterator(stream, shard, position);
    }

    // Region and stream names are ASCII, so a length fits a byte.
    private static int WriteText(Span<byte> destination, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text, destination[1..]);
        destination[0] = checked((byte)bytes);
        return 1 + bytes;
    }

    private static string ReadText(ref ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Slice(1, bytes[0]));
        bytes = bytes[(1 + bytes[0])..];
        return text;
    }
}
