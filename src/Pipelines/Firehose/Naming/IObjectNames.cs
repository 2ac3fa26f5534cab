using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>Names the objects of one delivery stream.</summary>
public interface IObjectNames
{
    /// <param name="keys">Of the partition; empty without dynamic partitioning.</param>
    /// <param name="oldest">Arrival of the first record in the object.</param>
    /// <param name="id">Makes the name one of its own.</param>
    /// <param name="problem">Why such an object cannot have a name.</param>
    bool TryKey(
        ImmutableSortedDictionary<string, string> keys, DateTimeOffset oldest, Guid id, string extension, [NotNullWhen(true)] out string? key,
        [NotNullWhen(false)] out string? problem);

    /// <param name="type">Such as <see cref="ErrorOutput.ProcessingFailed"/>.</param>
    string ErrorKey(string type, DateTimeOffset oldest, Guid id, string extension);
}
