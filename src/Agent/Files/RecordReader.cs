using System.Text;
using System.Text.RegularExpressions;

namespace ActorStreams.Agent.Files;

/// <summary>How bytes are divided into records.</summary>
/// <param name="StartPattern">A line that matches at its beginning starts a record; null where each line is one.</param>
/// <param name="AggregatedBytes">Lines are joined up to so many bytes; 0 for none.</param>
/// <param name="KeptBytesMax">Of a longer record so many bytes are kept; the rest is passed over.</param>
internal sealed record RecordShape(Regex? StartPattern, int AggregatedBytes, int HeaderLines, int KeptBytesMax);

/// <summary>How much of the end of a file may be taken though more may follow.</summary>
internal enum EndOfFile
{
    /// <summary>Only what no later byte can change.</summary>
    Waits = 1,

    /// <summary>Whole lines, though a following one might belong to the same record.</summary>
    TakesLines = 2,

    /// <summary>Everything: nobody writes to the file any more.</summary>
    TakesAll = 3,
}

/// <summary>
/// Divides a log into records from an offset on, within a bounded buffer. Where a record ends follows from the bytes alone, so that a reader who
/// begins anew finds the same records; where it was the time that ended one, <see cref="IsEndedByTime"/> says so and the place has to be remembered as a cut.
/// </summary>
internal sealed class RecordReader
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Of a line so many bytes are held against the pattern.</summary>
    private const int PatternBytesMax = 64 * 1024;

    private readonly FileContent _content;
    private readonly RecordShape _shape;
    private readonly Queue<long> _cuts;
    private readonly long _to;
    private readonly byte[] _tail = new byte[Fingerprint.TailBytesMax];
    private byte[] _buffer = new byte[2 * ChunkBytes];
    private int _tailLength;
    private int _headerLines;

    // The record begins at _start. What is kept of it and what follows stand together; of a long one the bytes between are dropped and counted.
    private int _start;
    private int _end;
    private int _lineStart;
    private int _searched;
    private long _dropped;
    private long _droppedAtLine;
    private int _kept;

    /// <param name="cuts">Offsets at which a record ended by time in a former reading, rising.</param>
    /// <param name="to">Where the file is taken to end, whatever it has got since.</param>
    public RecordReader(FileContent content, RecordShape shape, long offset, IEnumerable<long> cuts, long to = long.MaxValue)
    {
        _content = content;
        _to = to;
        _shape = shape;
        _cuts = new Queue<long>(cuts.Where(c => c > offset));
        Offset = offset;
        _headerLines = offset == 0 ? shape.HeaderLines : 0;
        ReadTail();
    }

    /// <summary>Of the next record's first byte; what lies before it is done with.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes of the record in the file; 0 while none is there.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the record ended because of time.</summary>
    public bool IsEndedByTime { get; private set; }

    /// <summary>Whether some bytes of the record were passed over because it is too long.</summary>
    public bool IsTooLong => Length > _shape.KeptBytesMax;

    /// <summary>Its bytes, until the next call.</summary>
    public ReadOnlyMemory<byte> Data => _buffer.AsMemory(_start, Math.Min(_kept, _shape.KeptBytesMax));

    /// <summary>Of the bytes before <see cref="Offset"/>.</summary>
    public Fingerprint Tail => Fingerprint.Of(_tail.AsSpan(0, _tailLength), Offset - _tailLength);

    /// <summary>Finds the next record, which stays the same until <see cref="Advance"/>.</summary>
    public bool TryPeek(EndOfFile end)
    {
        if (Length > 0) return true;
        if (_headerLines > 0 && !TryPassHeader()) return false;
        return _shape.StartPattern is not null || _shape.AggregatedBytes > 0 ? TryLines(end) : TryLine(end);
    }

    public void Advance()
    {
        Offset += Length;
        if (_dropped > 0)
        {
            // What follows may be among what was dropped.
            (_start, _end) = (0, 0);
            ReadTail();
        }
        else
        {
            Remember(_buffer.AsSpan(_start, _kept));
            _start += _kept;
        }
        (Length, _kept, _lineStart, _searched, _dropped, _droppedAtLine, IsEndedByTime) = (0, 0, 0, 0, 0, 0, false);
        while (_cuts.TryPeek(out var cut) && cut <= Offset) _cuts.Dequeue();
    }

    /// <summary>All of them or none: a reader that begins behind some of them would not know that others follow.</summary>
    private bool TryPassHeader()
    {
        for (; _headerLines > 0; _headerLines--)
        {
            if (!TryFindLine(out var end)) return false;
            (_lineStart, _searched, _droppedAtLine) = (end, end, _dropped);
        }
        Found(_lineStart, _droppedAtLine);
        Advance();
        return true;
    }

    private bool TryLine(EndOfFile end) => TryFindLine(out var line) ? Found(line, _dropped) : end == EndOfFile.TakesAll && Rest(end);

    /// <summary>Lines that belong together: by pattern up to the next one that starts a record, by size as many as fit.</summary>
    private bool TryLines(EndOfFile end)
    {
        while (TryFindLine(out var lineEnd))
        {
            if (_lineStart > 0 && EndsBefore(lineEnd)) return Found(_lineStart, _droppedAtLine);
            (_lineStart, _searched, _droppedAtLine) = (lineEnd, lineEnd, _dropped);
            if (_cuts.TryPeek(out var cut) && cut == Offset + _lineStart + _dropped) return Found(_lineStart, _dropped);
        }
        return Rest(end);
    }

    private bool EndsBefore(int lineEnd) => _shape.StartPattern is { } pattern
        ? pattern.IsMatch(Encoding.UTF8.GetString(_buffer, _start + _lineStart, Math.Min(lineEnd - _lineStart, PatternBytesMax)))
        : lineEnd + _dropped > _shape.AggregatedBytes;

    private bool Found(int length, long dropped)
    {
        _kept = length;
        Length = length + dropped;
        return true;
    }

    /// <summary>What is there up to the end of the file, as far as it may be taken.</summary>
    private bool Rest(EndOfFile end)
    {
        var (length, dropped) = end switch
        {
            EndOfFile.TakesAll => (_end - _start, _dropped),
            EndOfFile.TakesLines => (_lineStart, _droppedAtLine),
            _ => (0, 0),
        };
        if (length == 0) return false;
        IsEndedByTime = true;
        return Found(length, dropped);
    }

    /// <summary>The end of the current line, from the record's beginning on; reads on as needed. False at the end of the file.</summary>
    private bool TryFindLine(out int end)
    {
        while (true)
        {
            var there = _end - _start;
            // A line that was cut by time ends there for ever.
            var toCut = _cuts.TryPeek(out var cut) ? cut - Offset - _dropped : long.MaxValue;
            var limit = toCut > _lineStart && toCut <= there ? (int)toCut : there;
            var at = _buffer.AsSpan(_start + _searched, limit - _searched).IndexOf((byte)'\n');
            if (at >= 0 || limit == toCut)
            {
                end = at >= 0 ? _searched + at + 1 : limit;
                return true;
            }
            _searched = there;
            if (Fill()) continue;
            end = 0;
            return false;
        }
    }

    /// <summary>Reads on; false at the end of the file.</summary>
    private bool Fill()
    {
        if (_end - _start > _shape.KeptBytesMax + (2 * ChunkBytes)) Drop();
        if (_buffer.Length - _end < ChunkBytes && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_buffer.Length - _end < ChunkBytes) Array.Resize(ref _buffer, _buffer.Length + Math.Max(ChunkBytes, _buffer.Length / 2));
        var at = Offset + (_end - _start) + _dropped;
        var read = _content.Read(_buffer.AsSpan(_end, (int)Math.Clamp(_to - at, 0, ChunkBytes)), at);
        _end += read;
        return read > 0;
    }

    /// <summary>Of a record that is too long anyway: whole lines between what is kept and the current line, or the middle of that one.</summary>
    private void Drop()
    {
        var isInLine = _lineStart <= _shape.KeptBytesMax;
        var from = isInLine ? Math.Max(_shape.KeptBytesMax, _lineStart + PatternBytesMax) : _shape.KeptBytesMax;
        var to = isInLine ? _searched : _lineStart;
        if (to <= from) return;
        _buffer.AsSpan(_start + to, _end - _start - to).CopyTo(_buffer.AsSpan(_start + from));
        var count = to - from;
        _end -= count;
        _searched -= count;
        _dropped += count;
        if (isInLine) return;
        _lineStart -= count;
        _droppedAtLine += count;
    }

    private void ReadTail()
    {
        _tailLength = (int)Math.Min(_tail.Length, Offset);
        if (_content.ReadFully(_tail.AsSpan(0, _tailLength), Offset - _tailLength) != _tailLength) throw new InvalidDataException($"The file has fewer than {Offset} bytes.");
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= _tail.Length)
        {
            bytes[^_tail.Length..].CopyTo(_tail);
            _tailLength = _tail.Length;
            return;
        }
        var kept = Math.Min(_tailLength, _tail.Length - bytes.Length);
        _tail.AsSpan(_tailLength - kept, kept).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(kept));
        _tailLength = kept + bytes.Length;
    }
}
