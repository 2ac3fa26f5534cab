using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Naming;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>
/// Fails the records whose partition keys name no object: a key is missing, a part of the path would be empty, <c>.</c> or <c>..</c>, or
/// the name too long. It goes last of the steps that give keys. An instance serves one graph: it is not safe for many threads.
/// </summary>
public sealed class PartitionPathCheck(ObjectNaming naming) : IRecordStep
{
    private const int KnownMax = 1_024;

    /// <summary>By the set itself: the steps before share one among the records that have the same keys.</summary>
    private readonly Dictionary<ImmutableSortedDictionary<string, string>, string?> _known = new(ReferenceEqualityComparer.Instance);

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        foreach (var record in records)
        {
            if (Problem(record.PartitionKeys) is { } problem) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, MetadataExtraction.FailedCode, problem, 1));
            else good.Add(record);
        }
        return Task.FromResult(new Processed(good, failed, 0));
    }

    private string? Problem(ImmutableSortedDictionary<string, string> keys)
    {
        if (_known.TryGetValue(keys, out var problem)) return problem;
        if (_known.Count >= KnownMax) _known.Clear();
        return _known[keys] = naming.Problem(keys);
    }
}
