using System.Diagnostics;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// Time from process start to /ready over a journal of gigabytes, after ctrl-C and after kill -9, and until a first PutRecords that touches
/// all 64 shards is answered, since readiness is worth nothing if shards recover only then. The operating system's cache is warm.
/// </summary>
public sealed class RestartWorkload(Func<NodeCommand, Task<RetainedJournal>> journalAsync) : IWorkload
{
    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command)
            return;
        var journal = await journalAsync(command);
        var name = $"restart with {context.Options.JournalGigabytes} GB";
        var drained = await journal.StopAsync();
        context.Report.Add(new Figure(name, "ctrl-C to end of process", drained.TotalMilliseconds, "ms", "< 10 s"));
        await StartAndTouchAsync(context, journal, command, $"{name} after ctrl-C");
        journal.Kill();
        await StartAndTouchAsync(context, journal, command, $"{name} after kill -9");
    }

    private static async Task StartAndTouchAsync(BenchmarkContext context, RetainedJournal journal, NodeCommand command, string name)
    {
        await journal.StartAgainAsync(command);
        context.Report.Add(new Figure(name, "ready after", journal.ReadyAfter.TotalMilliseconds, "ms", "< 5 s"));
        using var session = journal.Node.Connect();
        var request = session.Signer.Prepare("PutRecords", PutBodies.Batch(journal.Stream, 500, RetainedJournal.RecordBytes, seed: 0));
        var start = Stopwatch.GetTimestamp();
        var answer = session.Exchange(request);
        if (answer.Status != 200 || KinesisAnswers.FailedRecordCount(answer.Body) > 0)
            throw new InvalidDataException($"The first PutRecords after a restart: {answer.Describe()}");
        context.Report.Add(new Figure(name, "first PutRecords over all shards", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms", null));
        context.Report.Add(new Figure(name, "resident", Usage.ResidentBytes(journal.ProcessId) / 1e6, "MB", null));
    }
}
