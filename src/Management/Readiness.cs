using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorStreams.Management;

/// <summary>
/// What a node must have before it calls itself ready, by name. Each part starts out as missing; ready is when none is.
/// Safe from any thread.
/// </summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string?> _missing;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Readiness(params IEnumerable<string> parts) =>
        _missing = new ConcurrentDictionary<string, string?>(parts.Select(p => KeyValuePair.Create<string, string?>(p, "not there yet")));

    /// <summary>Completes the first time that nothing is missing.</summary>
    public Task WhenReady => _ready.Task;

    public bool IsReady => _missing.Values.All(why => why is null);

    /// <summary>Each part, with what it waits for; null where it is there.</summary>
    public ImmutableSortedDictionary<string, string?> Parts => _missing.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public void Reached(string part)
    {
        _missing[part] = null;
        if (IsReady) _ready.TrySetResult();
    }

    public void Lost(string part, string why) => _missing[part] = why;

    /// <param name="lacks">Null where the part is there.</param>
    public void Set(string part, string? lacks)
    {
        if (lacks is null) Reached(part);
        else Lost(part, lacks);
    }
}
