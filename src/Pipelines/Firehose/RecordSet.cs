using System.Buffers;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// Which records of a batch are in an object, by their places in it, as runs: a few bytes where an object has all of them, one to three a record where
/// partitions take turns.
/// </summary>
internal sealed class RecordSet
{
    private const int ContinueBit = 0x80;
    private readonly List<(int Start, int End)> _runs = [];

    /// <summary>What it takes: eight bytes of memory each, until it is complete.</summary>
    public int Runs => _runs.Count;

    /// <param name="place">In any order; the same one again adds nothing.</param>
    public void Add(int place)
    {
        if (_runs is [.., var last])
        {
            if (place >= last.Start && place < last.End) return;
            if (place == last.End)
            {
                _runs[^1] = (last.Start, place + 1);
                return;
            }
        }
        _runs.Add((place, place + 1));
    }

    /// <summary>Runs, each the places left out before it and the places in it, as little-endian base-128 numbers.</summary>
    public byte[] Complete()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var (written, start, end) = (0, 0, 0);
        // Each step of a slice has its failures in order, but not one step after the other.
        foreach (var run in _runs.Order())
        {
            if (run.Start > end)
            {
                Write();
                start = run.Start;
            }
            end = Math.Max(end, run.End);
        }
        Write();
        return bytes.WrittenSpan.ToArray();

        void Write()
        {
            if (end == start) return;
            Number(bytes, start - written);
            Number(bytes, end - start);
            written = end;
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no runs.</exception>
    public static IEnumerable<int> Read(ReadOnlyMemory<byte> runs)
    {
        var (at, place) = (0, 0);
        while (at < runs.Length)
        {
            place += Number(runs.Span, ref at);
            for (var left = Number(runs.Span, ref at); left > 0; left--) yield return place++;
        }
    }

    private static void Number(ArrayBufferWriter<byte> output, int value)
    {
        var bytes = output.GetSpan(sizeof(int) + 1);
        var count = 0;
        for (; value >= ContinueBit; value >>= 7) bytes[count++] = (byte)(value | ContinueBit);
        bytes[count++] = (byte)value;
        output.Advance(count);
    }

    private static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0;
        for (var shift = 0; at < bytes.Length && shift < 32; shift += 7)
        {
            var next = bytes[at++];
            value |= (next & ~ContinueBit) << shift;
            if (next < ContinueBit) return value;
        }
        throw new InvalidDataException("The places of an object's records are no runs.");
    }
}
