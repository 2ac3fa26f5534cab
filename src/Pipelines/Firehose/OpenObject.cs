using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>An object that is being filled, as a file of the spool. For one thread at a time.</summary>
internal sealed class OpenObject : IDisposable
{
    private readonly string _key;
    private readonly string _name;
    private readonly DateTimeOffset _oldest;
    private readonly HashingFile _file;
    private readonly IObjectEncoder _encoder;
    private readonly RecordSet? _places;
    private bool _isClosed;

    /// <param name="notesPlaces">Whether it is to be known which records are in it.</param>
    public OpenObject(string key, DateTimeOffset oldest, Spool spool, Guid id, IObjectFormat format, bool notesPlaces = false)
    {
        if (notesPlaces) _places = new RecordSet();
        (_key, _oldest, _name) = (key, oldest, spool.NameOf(id));
        _file = new HashingFile(spool.PathOf(_name));
        _encoder = format.Open(_file);
    }

    public long BytesIn { get; private set; }

    public long Records { get; private set; }

    /// <summary>What it takes to know which records are in it; 0 where that need not be known.</summary>
    public int Runs => _places?.Runs ?? 0;

    /// <param name="place">Of the record in its batch; not before one that was added.</param>
    public string? Add(ReadOnlySpan<byte> data, int place = 0)
    {
        if (_encoder.Add(data) is { } problem) return problem;
        _places?.Add(place);
        BytesIn += data.Length;
        Records++;
        return null;
    }

    public IntendedObject Close(ObjectKind kind)
    {
        _encoder.Finish();
        _isClosed = true;
        var hash = _file.Complete();
        return new IntendedObject(_key, _name, _file.Length, hash, Records, _oldest.ToUnixTimeMilliseconds(), kind) { Places = _places?.Complete() ?? [] };
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _file.Dispose();
        // Nothing was promised of it.
        if (!_isClosed) File.Delete(_file.Path);
    }
}
