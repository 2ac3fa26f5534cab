using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>
/// What went wrong with the consumers of this process; it outlives their actors, which end at every trouble. Safe from any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="silenceMemory">How long a silence counts.</param>
/// <param name="fencedHold">How long a consumer that another incarnation shut out is not started here again.</param>
public sealed class ConsumerTroubles(TimeProvider time, TimeSpan silenceMemory, TimeSpan fencedHold)
{
    private readonly ConcurrentDictionary<string, Trouble> _troubles = new(StringComparer.Ordinal);

    /// <summary>A graph ended with a failure.</summary>
    public void Failed(string consumer, string detail) =>
        Note(consumer, t => t with { Failures = t.Failures + 1, Last = detail });

    /// <summary>It gave no sign of life and is started again.</summary>
    public void Silent(string consumer, string detail) =>
        Note(consumer, t => t with { Silences = [.. Recent(t), time.GetTimestamp()], Last = detail });

    /// <summary>A checkpoint moved: failures before it are made good.</summary>
    public void Progressed(string consumer)
    {
        if (_troubles.TryGetValue(consumer, out var trouble) && trouble.Failures > 0) Note(consumer, t => t with { Failures = 0 });
    }

    /// <summary>
    /// Another incarnation took over. Were this one started again at once by a coordinator on the same side of a partition, it would shut
    /// the other out in its turn.
    /// </summary>
    public void Fenced(string consumer, int placement) =>
        Note(consumer, t => t with { FencedAt = time.GetTimestamp(), FencedPlacement = placement, Last = "Another incarnation took over." });

    /// <summary>For how long it is not to be started here, unless it was given another place meanwhile.</summary>
    public TimeSpan HeldFor(string consumer, int placement)
    {
        if (!_troubles.TryGetValue(consumer, out var t) || t.FencedAt is not { } at || placement > t.FencedPlacement) return TimeSpan.Zero;
        var left = fencedHold - time.GetElapsedTime(at);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public int Failures(string consumer) => _troubles.TryGetValue(consumer, out var t) ? t.Failures : 0;

    public int Silences(string consumer) => _troubles.TryGetValue(consumer, out var t) ? Recent(t).Length : 0;

    /// <summary>Empty where nothing went wrong.</summary>
    public string Last(string consumer) => _troubles.TryGetValue(consumer, out var t) ? t.Last : "";

    private ImmutableArray<long> Recent(Trouble t) => [.. t.Silences.Where(at => time.GetElapsedTime(at) < silenceMemory)];

    private void Note(string consumer, Func<Trouble, Trouble> change) =>
        _troubles.AddOrUpdate(consumer, _ => change(Trouble.None), (_, before) => change(before));

    private sealed record Trouble(int Failures, ImmutableArray<long> Silences, long? FencedAt, int FencedPlacement, string Last)
    {
        public static readonly Trouble None = new(0, [], null, 0, "");
    }
}
