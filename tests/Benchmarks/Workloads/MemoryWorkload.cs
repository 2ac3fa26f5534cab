using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>Resident memory of a node whose 64 shards were just filled, and after one GetRecords of 10,000 on each shard.</summary>
public sealed class MemoryWorkload(Func<NodeCommand, Task<RetainedJournal>> journalAsync) : IWorkload
{
    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command)
            return;
        var journal = await journalAsync(command);
        var name = $"64 shards, {context.Options.JournalGigabytes} GB";
        var megabytes = journal.Records * RetainedJournal.RecordBytes / 1e6;
        context.Report.Add(new Figure(name, "filled at", megabytes / journal.FillTime.TotalSeconds, "MB/s", null));
        context.Report.Add(new Figure(name, "resident after filling", Usage.ResidentBytes(journal.ProcessId) / 1e6, "MB", "< 700 MB"));
        using (var session = journal.Node.Connect())
        {
            foreach (var shard in session.ListShards(journal.Stream))
                session.GetRecords(session.GetShardIterator(journal.Stream, shard, "TRIM_HORIZON"), 10_000);
        }
        context.Report.Add(new Figure(name, "resident after a read of each shard", Usage.ResidentBytes(journal.ProcessId) / 1e6, "MB", "< 700 MB"));
        context.Report.Add(new Figure(name, "most resident at any time", Usage.ResidentBytesMax(journal.ProcessId) / 1e6, "MB", null));
        if (!context.IsPostgres)
            context.Report.Add(new Figure(name, "data folder per payload byte", journal.DataFolderBytes / 1e6 / megabytes, "bytes", null));
    }
}
