using System.Buffers.Text;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>
/// Finds the few members that the load generator needs by searching the bytes. That is exact enough for a benchmark: records are random
/// bytes and partition keys are the generator's own, so no member name occurs inside a value. JSON is told from CBOR by its first byte.
/// </summary>
public static class KinesisAnswers
{
    /// <summary>Records a PutRecords answer says were refused.</summary>
    public static int FailedRecordCount(ReadOnlySpan<byte> body) =>
        (int)(Number(body, "\"FailedRecordCount\":"u8, "FailedRecordCount"u8) ?? throw Missing("FailedRecordCount", body));

    /// <summary>Records a PutRecordBatch answer says were refused.</summary>
    public static int FailedPutCount(ReadOnlySpan<byte> body) =>
        (int)(Number(body, "\"FailedPutCount\":"u8, "FailedPutCount"u8) ?? throw Missing("FailedPutCount", body));

    public static long MillisBehindLatest(ReadOnlySpan<byte> body) =>
        Number(body, "\"MillisBehindLatest\":"u8, "MillisBehindLatest"u8) ?? throw Missing("MillisBehindLatest", body);

    public static int RecordCount(ReadOnlySpan<byte> body) => body.Count(IsCbor(body) ? "PartitionKey"u8 : "\"PartitionKey\":"u8);

    /// <summary>The next iterator, or null at the end of a closed shard.</summary>
    public static string? NextShardIterator(ReadOnlySpan<byte> body)
    {
        if (!IsCbor(body)) return Text(body, "\"NextShardIterator\":\""u8);
        var start = After(body, "NextShardIterator"u8);
        if (start < 0) return null;
        var length = (int)CborText.ReadHead(body[start..], out var headBytes);
        return Encoding.UTF8.GetString(body.Slice(start + headBytes, length));
    }

    public static string? Text(ReadOnlySpan<byte> body, ReadOnlySpan<byte> marker)
    {
        var start = After(body, marker);
        if (start < 0)
            return null;
        var value = body[start..];
        return Encoding.UTF8.GetString(value[..value.IndexOf((byte)'"')]);
    }

    private static bool IsCbor(ReadOnlySpan<byte> body) => body[0] != (byte)'{';

    private static long? Number(ReadOnlySpan<byte> body, ReadOnlySpan<byte> jsonMarker, ReadOnlySpan<byte> name)
    {
        var start = After(body, IsCbor(body) ? name : jsonMarker);
        if (start < 0) return null;
        if (IsCbor(body)) return CborText.ReadHead(body[start..], out _);
        return Utf8Parser.TryParse(body[start..], out long value, out _) ? value : null;
    }

    // Below 0 when the marker is not there.
    private static int After(ReadOnlySpan<byte> body, ReadOnlySpan<byte> marker)
    {
        var start = IndexOfNearTheEnds(body, marker);
        return start < 0 ? start : start + marker.Length;
    }

    /// <summary>Members other than the records stand at the beginning or at the end, so megabytes of records are searched only if both fail.</summary>
    private static int IndexOfNearTheEnds(ReadOnlySpan<byte> body, ReadOnlySpan<byte> marker)
    {
        const int nearBytes = 2_048;
        if (body.Length > 2 * nearBytes)
        {
            var first = body[..nearBytes].IndexOf(marker);
            if (first >= 0)
                return first;
            var last = body[^nearBytes..].IndexOf(marker);
            if (last >= 0)
                return body.Length - nearBytes + last;
        }
        return body.IndexOf(marker);
    }

    private static InvalidDataException Missing(string member, ReadOnlySpan<byte> body) =>
        new($"The answer has no {member}: {Encoding.UTF8.GetString(body[..Math.Min(body.Length, 300)])}");
}
