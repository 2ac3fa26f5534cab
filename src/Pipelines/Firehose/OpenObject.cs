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
    private bool _isClosed;

    public OpenObject(string key, DateTimeOffset oldest, Spool spool, Guid id, IObjectFormat format)
    {
        (_key, _oldest, _name) = (key, oldest, spool.NameOf(id));
        _file = new HashingFile(spool.PathOf(_name));
        _encoder = format.Open(_file);
    }

    public long BytesIn { get; private set; }

    public long Records { get; private set; }

    public string? Add(ReadOnlySpan<byte> data)
    {
        if (_encoder.Add(data) is { } problem) return problem;
        BytesIn += data.Length;
        Records++;
        return null;
    }

    public IntendedObject Close(ObjectKind kind)
    {
        _encoder.Finish();
        _isClosed = true;
        var hash = _file.Complete();
        return new IntendedObject(_key, _name, _file.Length, hash, Records, _oldest.ToUnixTimeMilliseconds(), kind);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _file.Dispose();
        // Nothing was promised of it.
        if (!_isClosed) File.Delete(_file.Path);
    }
}
