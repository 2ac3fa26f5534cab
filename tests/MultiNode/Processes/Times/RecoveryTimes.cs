using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.Schedules;

namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary>What is done to a cluster of three, and how soon it is to be over it. Seconds of the shipped settings.</summary>
/// <param name="Victim">The node that is lost, from which nothing is asked; null where none is.</param>
/// <param name="FromTheEnd">Whether the time counts from the fault's end, as with a store that comes back.</param>
internal sealed record Trial(string Name, Func<TimeSpan, Fault> Fault, int? Victim, TimeSpan Lasts, TimeSpan Bound, bool FromTheEnd = false)
{
    private static readonly TimeSpan s_gone = TimeSpan.FromSeconds(30);

    public static ImmutableArray<Trial> All { get; } =
    [
        new("kill -9", For => new Fault.Kill(default, For, 0), 0, s_gone, TimeSpan.FromSeconds(12)),
        new("kill -9 of another", For => new Fault.Kill(default, For, 2), 2, s_gone, TimeSpan.FromSeconds(12)),
        new("cut off both ways", For => new Fault.Cut(default, For, [0], CutDirection.Both), 0, s_gone, TimeSpan.FromSeconds(12)),
        new("cut off, nothing leaves it", For => new Fault.Cut(default, For, [1], CutDirection.Outbound), 1, s_gone, TimeSpan.FromSeconds(12)),
        new("cut off, nothing reaches it", For => new Fault.Cut(default, For, [2], CutDirection.Inbound), 2, s_gone, TimeSpan.FromSeconds(12)),
        new("stopped (SIGSTOP)", For => new Fault.Pause(default, For, 1), 1, s_gone, TimeSpan.FromSeconds(15)),
        new("asked to leave (SIGTERM)", For => new Fault.Leave(default, For, 2), 2, s_gone, TimeSpan.FromSeconds(12)),
        new("store stopped for 10 s, from its return", For => new Fault.StopStore(default, For), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), FromTheEnd: true),
        new("connections to the store reset", _ => new Fault.ResetConnections(default), null, TimeSpan.Zero, TimeSpan.FromSeconds(5)),
    ];
}

/// <param name="Writable">Until every shard took puts for good; null where one never did.</param>
/// <param name="Consumed">Until every consumer went on for good.</param>
internal sealed record TrialTimes(Trial Trial, TimeSpan? Writable, TimeSpan? Consumed, string Note)
{
    private static readonly TimeSpan s_consumersMore = TimeSpan.FromSeconds(5);

    public bool IsWithinBounds => Writable < Trial.Bound && Consumed < Trial.Bound + s_consumersMore;
}

/// <summary>Measures at the shipped settings how long a cluster of three takes to form, and to be whole again after each kind of fault.</summary>
internal sealed class RecoveryTimes(Action<string> say)
{
    public const int Nodes = 3;
    public static readonly TimeSpan FormationBound = TimeSpan.FromSeconds(15);
    private const int Shards = 12;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(30);
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>From the start of all processes on an empty database until each is ready and sees all of them.</summary>
    public async Task<TimeSpan> FormationAsync()
    {
        await using var cluster = await ProcessCluster.PrepareAsync(Nodes, RecoveryWatch.Settings);
        var start = _time.GetTimestamp();
        foreach (var node in cluster.Nodes) node.Start();
        await cluster.TogetherAsync(s_patience, CancellationToken.None);
        foreach (var exit in cluster.Exits) say($"{exit}");
        return _time.GetElapsedTime(start);
    }

    public async Task<IReadOnlyList<TrialTimes>> RunAsync(IReadOnlyList<Trial> trials)
    {
        var times = new List<TrialTimes>();
        await using var cluster = await ProcessCluster.FormAsync(Nodes, RecoveryWatch.Settings);
        using var watch = new RecoveryWatch(cluster.Endpoints);
        await watch.PrepareAsync(Shards);
        foreach (var trial in trials)
        {
            times.Add(await MeasureAsync(cluster, watch, trial));
            say(TimesTable.Line(times[^1]));
        }

        return times;
    }

    private async Task<TrialTimes> MeasureAsync(ProcessCluster cluster, RecoveryWatch watch, Trial trial)
    {
        var fault = trial.Fault(trial.Lasts);
        var exits = cluster.Exits.Count;
        var seen = await watch.WatchAsync(trial.Victim is { } victim ? [victim] : [], () => BeginAsync(cluster, trial, fault), s_before, s_after);
        if (!trial.FromTheEnd) await cluster.EndAsync(fault, CancellationToken.None);
        await cluster.HealAsync(CancellationToken.None);
        var times = new TrialTimes(trial, seen.WritableWorst, seen.ConsumedWorst, string.Join(", ", cluster.Exits.Skip(exits)));
        if (!times.IsWithinBounds) await cluster.KeepLogAsync($"times-{trial.Name}");
        return times;
    }

    private async Task<DateTimeOffset> BeginAsync(ProcessCluster cluster, Trial trial, Fault fault)
    {
        // A fault has happened when the command for it was given; the end of one when that was done.
        var begun = _time.GetUtcNow();
        await cluster.BeginAsync(fault, CancellationToken.None);
        if (!trial.FromTheEnd) return begun;
        await Task.Delay(trial.Lasts, _time);
        await cluster.EndAsync(fault, CancellationToken.None);
        return _time.GetUtcNow();
    }
}
