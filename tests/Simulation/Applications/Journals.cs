namespace ActorStreams.Simulation.Tests.Applications;

internal enum WriteOutcome
{
    Confirmed,

    /// <summary>Another row with this number was there first.</summary>
    Lost,

    /// <summary>The store did not answer in time, or with an error that says nothing.</summary>
    Unknown,
}

/// <summary>A persistent actor: one write at a time, and a process that it lives in.</summary>
internal interface IWriter
{
    SimulatedProcess Process { get; }
    bool IsGone { get; }
    void WriteEnded(WriteOutcome outcome);
}

/// <summary>Events of one write, which become rows together, late, or never.</summary>
internal sealed class PendingWrite(IWriter writer, string id, int firstRow, IReadOnlyList<object> events)
{
    public IWriter Writer { get; } = writer;
    public string Id { get; } = id;
    public int FirstRow { get; } = firstRow;
    public IReadOnlyList<object> Events { get; } = events;
    public WriteOutcome? Outcome { get; set; }
    public bool WriterWasTold { get; set; }
}

/// <summary>Rows by persistence id, with a unique number each.</summary>
internal sealed class Journals(ApplicationWorld world)
{
    private readonly Dictionary<string, List<object>> _rows = [];

    public List<PendingWrite> Writes { get; } = [];

    public IReadOnlyList<object> Read(string id) => _rows.TryGetValue(id, out var rows) ? [.. rows] : [];

    public void Begin(IWriter writer, string id, int firstRow, params IReadOnlyList<object> events) =>
        Writes.Add(new PendingWrite(writer, id, firstRow, events));

    public void Apply(PendingWrite write)
    {
        if (!_rows.TryGetValue(write.Id, out var rows)) _rows.Add(write.Id, rows = []);
        var isFree = rows.Count == write.FirstRow - 1 || world.Mutation == ApplicationMutation.JournalWithoutUniqueKey;
        write.Outcome = isFree ? WriteOutcome.Confirmed : WriteOutcome.Lost;
        world.Log($"store: {write.Writer} row {write.FirstRow} {write.Outcome} {string.Join(", ", write.Events)}");
        if (!isFree) return;
        rows.AddRange(write.Events);
        foreach (var e in write.Events) world.Ledger.Wrote(write.Writer, write.Id, e);
    }
}
