using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Log;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Durability;

/// <summary>A pipeline for the node under test, and the alerts that it must give for what is stored.</summary>
internal static class AnomalyPipeline
{
    public const string Source = "load";
    public const string Output = "load-alerts";
    public const string DeadLetters = "load-dead-letters";
    private const string Region = "eu-test-1";

    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
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

    private static readonly PipelineDefinition Definition = new()
    {
        Name = "outliers",
        Source = new(Region, Source),
        Output = new(Region, Output),
        DeadLetters = new(Region, DeadLetters),
        ValuePath = "value",
        TimePath = "time",
        Detector = new EwmaOptions { Alpha = Ewma.AlphaOfHalfLife(5), WarmUpSamples = 10, MinimumDeviation = 1 },
    };

    /// <summary>
    /// What a detector gives that is fed with the stored records once, in the order of their numbers: that is the order of each key, over
    /// splits and merges too.
    /// </summary>
    public static IReadOnlyList<string> Expected(IReadOnlyList<StoredRecord> stored)
    {
        var decoder = new SampleDecoder(Definition);
        var alerts = new List<string>();
        var detector = new EwmaDetector(Definition.Detector);
        foreach (var record in stored.OrderBy(r => r.SequenceNumber, StringComparer.Ordinal))
        {
            Assert.True(SequenceNumber.TryParse(record.SequenceNumber, out var number));
            var view = new RecordView { PartitionKey = Encoding.UTF8.GetBytes(record.PartitionKey), Data = record.Data };
            Assert.Null(decoder.TryDecode(view, number, 0, out var sample));
            if (detector.Observe(sample) is { } alert) alerts.Add(Encoding.UTF8.GetString(alert.ToJson()));
        }

        return alerts;
    }

    /// <summary>Alerts missing from the output and alerts too many in it, in words; order within a key counts too.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<StoredRecord> source, IReadOnlyList<StoredRecord> output)
    {
        var differences = new List<string>();
        var expected = Expected(source);
        var given = output.Select(r => Encoding.UTF8.GetString(r.Data)).ToArray();
        foreach (var missing in expected.Except(given, StringComparer.Ordinal)) differences.Add("missing: " + missing);
        foreach (var surplus in given.Except(expected, StringComparer.Ordinal)) differences.Add("without cause: " + surplus);
        foreach (var twice in given.GroupBy(g => g, StringComparer.Ordinal).Where(g => g.Count() > 1)) differences.Add($"{twice.Count()} times: {twice.Key}");
        foreach (var key in output.GroupBy(r => r.PartitionKey, StringComparer.Ordinal))
        {
            var order = key.Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("sequenceNumber").GetString()!).ToArray();
            if (!order.SequenceEqual(order.Order(StringComparer.Ordinal))) differences.Add($"out of order: the alerts of {key.Key}");
        }

        return differences;
    }

    /// <summary>Waits until the output holds as many alerts as the stored records must give.</summary>
    public static async Task<IReadOnlyList<StoredRecord>> SettledAsync(KinesisHttp client, int expected)
    {
        var limit = TimeSpan.FromSeconds(60);
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var output = await client.ReadAllAsync(Output);
            if (output.Count >= expected) return output;
            if (TimeProvider.System.GetElapsedTime(start) > limit)
                throw new TimeoutException($"The pipeline gave {output.Count} of {expected} alerts within {limit.TotalSeconds} s.");
            await Task.Delay(200);
        }
    }
}
