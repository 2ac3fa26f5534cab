using System.Globalization;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// The records of a batch as they came, in files of the spool: one object behind the other, for unlike those of the destination they are not parted and do not
/// say when the batch goes out. For one thread at a time.
/// </summary>
/// <param name="idOf">Of a part of the batch, the same at each redo.</param>
internal sealed class BatchBackup(BackupPlan plan, Spool spool, Func<string, Guid> idOf) : IDisposable
{
    /// <summary>Each is named in the intent, which is one event.</summary>
    private const int ObjectsMax = 128;

    private readonly List<IntendedObject> _full = [];
    private OpenObject? _open;
    private bool _isClosed;

    public bool IsEmpty => _open is null && _full.Count == 0;

    /// <summary>The batch has to go out.</summary>
    public bool IsFull => _full.Count >= ObjectsMax;

    public void Add(ReadOnlySpan<byte> data, DateTimeOffset arrivedAt)
    {
        if (_open?.BytesIn >= plan.ObjectBytesMax) CloseOpen();
        _open ??= Open(arrivedAt);
        if (_open.Add(data) is { } problem) throw new InvalidOperationException($"A record could not be kept as it came: {problem}");
    }

    /// <summary>The files are whole and durable.</summary>
    public IReadOnlyList<IntendedObject> Close()
    {
        CloseOpen();
        _isClosed = true;
        return _full;
    }

    public void Dispose()
    {
        _open?.Dispose();
        // Nothing was promised of them.
        if (!_isClosed) spool.Delete(_full.Select(o => o.Spool));
    }

    private OpenObject Open(DateTimeOffset oldest)
    {
        var id = idOf(string.Create(CultureInfo.InvariantCulture, $"source:{_full.Count}"));
        return new OpenObject(plan.Names.Key(Naming.PartitionKeyNames.None, oldest, id), oldest, spool, id, plan.Format);
    }

    private void CloseOpen()
    {
        if (_open is not { } open) return;
        _full.Add(open.Close(ObjectKind.Source));
        open.Dispose();
        _open = null;
    }
}
