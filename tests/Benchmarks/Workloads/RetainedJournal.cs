using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>A node of its own with a stream of 64 shards that holds gigabytes of 1 KiB records. Filled once, used by memory and restart.</summary>
public sealed class RetainedJournal : IAsyncDisposable
{
    public const int ShardCount = 64;
    public const int RecordBytes = 1_024;

    private readonly BenchmarkContext _context;
    private readonly string _dataFolder;
    private NodeProcess _process;

    private RetainedJournal(BenchmarkContext context, string dataFolder, NodeProcess process)
    {
        (_context, _dataFolder, _process) = (context, dataFolder, process);
        Stream = context.NewStreamName("retained");
    }

    public string Stream { get; }

    public long Records { get; private set; }

    public TimeSpan FillTime { get; private set; }

    public TimeSpan ReadyAfter => _process.ReadyAfter;

    public int ProcessId => _process.Id;

    public NodeUnderTest Node => _context.Observe(_process);

    public long DataFolderBytes => new DirectoryInfo(_dataFolder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    public static async Task<RetainedJournal> FillAsync(BenchmarkContext context, NodeCommand command)
    {
        var folder = Path.Combine(context.Folder, "retained");
        var journal = new RetainedJournal(context, folder, await NodeProcess.StartAsync(command, folder));
        var node = journal.Node;
        using (var control = node.Connect())
            control.CreateStream(journal.Stream, ShardCount);
        var records = (long)(context.Options.JournalGigabytes * 1e9 / RecordBytes);
        (journal.Records, journal.FillTime) = StreamFiller.Fill(node.Connect, journal.Stream, records, RecordBytes);
        return journal;
    }

    /// <summary>Starts a node over the same data. The old one must have ended.</summary>
    public async Task StartAgainAsync(NodeCommand command)
    {
        await _process.DisposeAsync();
        _process = await NodeProcess.StartAsync(command, _dataFolder);
    }

    public Task<TimeSpan> StopAsync() => _process.StopAsync();

    public void Kill() => _process.Kill();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
