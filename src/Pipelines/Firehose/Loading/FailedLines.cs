using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Records of an object that the destination does not take, as lines of a file of the spool: they take no memory, however many there are. A try of all of the
/// object begins anew, one of what is open goes on.
/// </summary>
internal sealed class FailedLines(string path, TimeProvider time) : IDisposable
{
    private HashingFile? _file;

    /// <summary>Which try it is, from 1.</summary>
    public int Attempt { get; private set; }

    public long Records { get; private set; }

    public void Begin(int attempt)
    {
        Forget();
        Attempt = attempt;
    }

    public void GoOn(int attempt) => Attempt = attempt;

    public void Add(FailedRecord failed)
    {
        _file ??= new HashingFile(path);
        _file.Write(ErrorLine.Of(failed with { Attempts = Attempt }, time.GetUtcNow()));
        Records++;
    }

    /// <summary>The lines as an object, durable in the spool until this is disposed of.</summary>
    public ObjectToPut Complete(string key)
    {
        var hash = _file!.Complete();
        return new ObjectToPut(key, path, _file.Length, hash);
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _file?.Dispose();
        if (_file is not null) File.Delete(path);
        (_file, Records) = (null, 0);
    }
}
