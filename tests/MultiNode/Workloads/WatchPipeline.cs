using System.Text;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Log;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>The pipeline that watches the load, as an object and as settings of a process, and the alerts that it must give.</summary>
public static class WatchPipeline
{
    public const string Source = "load";
    public const string Output = "load-alerts";
    public const string DeadLetters = "load-dead-letters";
    public const string Region = "eu-test-1";

    public static PipelineDefinition Definition { get; } = new()
    {
        Name = "outliers",
        Source = new(Region, Source),
        Output = new(Region, Output),
        DeadLetters = new(Region, DeadLetters),
        ValuePath = "value",
        TimePath = "time",
        Detector = new EwmaOptions { Alpha = Ewma.AlphaOfHalfLife(5), WarmUpSamples = 10, MinimumDeviation = 1 },
        CheckpointInterval = TimeSpan.FromMilliseconds(100),
        SnapshotInterval = TimeSpan.FromSeconds(1),
    };

    /// <summary>The same below <c>ActorStreams</c> in the settings of a node.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Pipelines:outliers:Region"] = Region,
        ["Pipelines:outliers:Source"] = Source,
        ["Pipelines:outliers:Output"] = Output,
        ["Pipelines:outliers:DeadLetters"] = DeadLetters,
        ["Pipelines:outliers:TimeField"] = "time",
        ["Pipelines:outliers:Detector:WarmUpSamples"] = "10",
        ["Pipelines:outliers:Detector:HalfLifeSamples"] = "5",
        ["Pipelines:outliers:Detector:MinimumDeviation"] = "1",
        ["Pipelines:outliers:SnapshotIntervalSeconds"] = "1",
    };

    /// <summary>What a detector gives that is fed with the records once, in the order given.</summary>
    public static IReadOnlyList<string> Expected(IEnumerable<(SequenceNumber Number, string Key, byte[] Data)> records)
    {
        var decoder = new SampleDecoder(Definition);
        var detector = new EwmaDetector(Definition.Detector);
        var alerts = new List<string>();
        foreach (var (number, key, data) in records)
        {
            var view = new RecordView { PartitionKey = Encoding.UTF8.GetBytes(key), Data = data };
            if (decoder.TryDecode(view, number, 0, out var sample) is { } reason) throw new InvalidOperationException($"A record of the load can't be decoded: {reason}");
            if (detector.Observe(sample) is { } alert) alerts.Add(Encoding.UTF8.GetString(alert.ToJson()));
        }

        return alerts;
    }
}
