using System.Collections.Immutable;
using System.Text;
using ActorStreams.Node.Client;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Log;

namespace ActorStreams.Node.Demo;

/// <summary>
/// Compares what was put with what is there, and the pipeline's alerts with those of a second detector that is fed with the stored
/// records in one go. Alerts that agree to the last digit and in number mean that each record counted exactly once.
/// </summary>
internal static class DemoCheck
{
    public static DemoVerdict Of(
        IReadOnlySet<string> acknowledged,
        IReadOnlyList<(string Shard, RecordAnswer Record)> stored,
        ImmutableArray<AlertRecord> alerts,
        long deadLetters,
        PipelineDefinition pipeline,
        ImmutableArray<string> notOffered)
    {
        var there = stored.Select(s => s.Record.SequenceNumber).ToHashSet(StringComparer.Ordinal);
        var expected = Expect(stored, pipeline);
        var given = alerts.GroupBy(a => a).ToDictionary(g => g.Key, g => g.Count());
        var lost = expected.Count(e => !given.ContainsKey(e));
        var surplus = given.Sum(g => g.Value - (expected.Contains(g.Key) ? 1 : 0));
        return new DemoVerdict(
            acknowledged.Count,
            acknowledged.Count(a => !there.Contains(a)),
            stored.Count - there.Count + there.Count(t => !acknowledged.Contains(t)),
            expected.Count,
            lost,
            surplus,
            alerts.Count(DemoRun.IsMarked),
            deadLetters,
            alerts,
            notOffered);
    }

    private static HashSet<AlertRecord> Expect(IReadOnlyList<(string Shard, RecordAnswer Record)> stored, PipelineDefinition pipeline)
    {
        var decoder = new SampleDecoder(pipeline);
        var expected = new HashSet<AlertRecord>();
        foreach (var shard in stored.GroupBy(s => s.Shard, s => s.Record, StringComparer.Ordinal))
        {
            var detector = new EwmaDetector(pipeline.Detector);
            foreach (var record in shard)
            {
                if (!SequenceNumber.TryParse(record.SequenceNumber, out var number)) continue;
                var view = new RecordView { PartitionKey = Encoding.UTF8.GetBytes(record.PartitionKey), Data = record.Data };
                var arrivalMs = (long)Math.Round(record.ApproximateArrivalTimestamp * 1000);
                if (decoder.TryDecode(view, number, arrivalMs, out var sample) is null && detector.Observe(sample) is { } alert) expected.Add(Read(alert));
            }
        }

        return expected;
    }

    private static AlertRecord Read(Alert alert) => System.Text.Json.JsonSerializer.Deserialize(alert.ToJson(), AlertJson.Default.AlertRecord)!;
}
