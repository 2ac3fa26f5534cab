using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>A thousand shards on a node of their own: how long until they are all open, and what they hold when nothing happens.</summary>
public sealed class ShardsWorkload : IWorkload
{
    private const int Shards = 1_000;

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command)
            return;
        await using var process = await NodeProcess.StartAsync(command, Path.Combine(context.Folder, "thousand"));
        var node = context.Observe(process);
        var stream = context.NewStreamName("thousand");
        using var control = node.Connect();
        var since = TimeProvider.System.GetTimestamp();
        control.CreateStream(stream, Shards);
        var took = TimeProvider.System.GetElapsedTime(since);
        var name = $"{Shards} shards";
        context.Report.Add(new Figure(name, "CreateStream until ACTIVE", took.TotalMilliseconds, "ms", "< 10 s"));
        var before = node.Usage?.Invoke();
        await Task.Delay(context.Window);
        var after = node.Usage?.Invoke();
        context.Report.Add(new Figure(name, "resident, idle", Usage.ResidentBytes(process.Id) / 1e6, "MB", "< 1500 MB"));
        if (before is { } from && after is { } to)
            context.Report.Add(new Figure(name, "processor, idle", (to - from).Cpu.TotalSeconds / context.Window.TotalSeconds * 100, "% of a core", null));
        control.DeleteStream(stream);
    }
}
