using System.Buffers;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// Which records of a batch are in an object, by their places in it, as runs: a few bytes where an object has all of them, one or two a record where
/// partitions take turns.
/// </summary>
internal sealed class RecordSet
{
    private const int ContinueBit = 0x80;
    private readonly ArrayBufferWriter<byte> _runs = new();
    private int _from;
    private int _end;
    private int _written;

    /// <param name="place">Not before one that was added; the same one again adds nothing.</param>
    public void Add(int place)
    {
        if (place == _end)
        {
            _end++;
            return;
        }
        if (place == _end - 1) return;
        Write();
        (_from, _end) = (place, place + 1);
    }

    /// <summary>Runs, each the places left out before it and the places in it, as little-endian base-128 numbers.</summary>
    public byte[] Complete()
    {
        Write();
        _from = _end;
        return _runs.WrittenSpan.ToArray();
    }

    public static IEnumerable<int> Read(ReadOnlyMemory<byte> runs)
    {
        var (at, place) = (0, 0);
        while (at < runs.Length)
        {
            place += Number(runs.Span, ref at);
            for (var left = Number(runs.Span, ref at); left > 0; left--) yield return place++;
        }
    }

    private void Write()
    {
        if (_end == _from) return;
        Number(_from - _written);
        Number(_end - _from);
        _written = _end;
    }

    private void Number(int value)
    {
        var bytes = _runs.GetSpan(sizeof(int) + 1);
        var count = 0;
        for (; value >= ContinueBit; value >>= 7) bytes[count++] = (byte)(value | ContinueBit);
        bytes[count++] = (byte)value;
        _runs.Advance(count);
    }

    private static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (next & ~ContinueBit) << shift;
            if (next < ContinueBit) return value;
        }
    }
}
