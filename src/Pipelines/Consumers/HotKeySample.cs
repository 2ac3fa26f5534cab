using ActorStreams.Pipelines.Decoding;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>
/// Which key makes most of a shard's records, out of one slice in sixteen and only while the consumer is behind: one key's records can't be
/// spread by a split, and a person has to know. Written by one stage, read from any thread.
/// </summary>
internal sealed class HotKeySample
{
    private const int SlicesPerSample = 16;
    private const int RecordsMin = 100;
    private volatile Sampled _now = Sampled.None;
    private int _slices;

    /// <summary>Empty where nothing was looked at.</summary>
    public (string Key, double Share) Now => (_now.Key, _now.Share);

    public void Take(IReadOnlyList<Sample> samples, long behindMs)
    {
        if (behindMs == 0)
        {
            _now = Sampled.None;
            _slices = 0;
            return;
        }
        if (_slices++ % SlicesPerSample != 0 || samples.Count < RecordsMin) return;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sample in samples) counts[sample.Key] = counts.GetValueOrDefault(sample.Key) + 1;
        var top = counts.MaxBy(c => c.Value);
        _now = new Sampled(top.Key, (double)top.Value / samples.Count);
    }

    private sealed record Sampled(string Key, double Share)
    {
        public static readonly Sampled None = new("", 0);
    }
}
