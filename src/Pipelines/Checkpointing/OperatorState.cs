using System.Collections.Immutable;
using ActorStreams.Shards.Keys;

namespace ActorStreams.Pipelines.Checkpointing;

/// <summary>What an operator remembers of one key; the bytes are the operator's own.</summary>
/// <param name="HashKey">Hash key of the source record that last touched it: it decides which child shard takes the state over.</param>
public sealed record KeyState(string Key, UInt128 HashKey, ReadOnlyMemory<byte> State);

/// <summary>
/// The memory of a keyed operator at one position of its source, keys in order of last use. Not for comparison: equality of memory is
/// by reference.
/// </summary>
/// <param name="Kind">Names the operator and the version of its bytes.</param>
public sealed record OperatorState(string Kind, ImmutableArray<KeyState> Keys)
{
    public static OperatorState Empty { get; } = new("", []);

    /// <summary>
    /// What the consumer of a child shard begins with: of each parent's final state the keys in the child's range, in order of last use
    /// within a parent. A key that two parents know, which takes explicit hash keys, is kept from the later one.
    /// </summary>
    public static OperatorState TakeOver(IEnumerable<OperatorState> parents, HashKeyRange range)
    {
        var kind = "";
        var keys = new List<KeyState>();
        foreach (var parent in parents)
        {
            if (parent.Keys.IsEmpty) continue;
            if (kind.Length > 0 && kind != parent.Kind)
                throw new FormatException($"Two parents' states are of different operators, '{kind}' and '{parent.Kind}'.");
            kind = parent.Kind;
            var known = parent.Keys.Where(k => range.Contains(k.HashKey)).ToList();
            var names = known.Select(k => k.Key).ToHashSet(StringComparer.Ordinal);
            keys.RemoveAll(k => names.Contains(k.Key));
            keys.AddRange(known);
        }
        return keys.Count == 0 ? Empty : new OperatorState(kind, [.. keys]);
    }
}
