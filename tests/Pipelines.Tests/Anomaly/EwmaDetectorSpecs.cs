using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Anomaly;

public sealed class EwmaDetectorSpecs
{
    private static readonly EwmaOptions s_options = new() { WarmUpSamples = 2, KeysMax = 3, MinimumDeviation = 1 };

    [Fact]
    public void The_key_not_seen_for_longest_is_forgotten_first()
    {
        var detector = new EwmaDetector(s_options);

        foreach (var key in new[] { "a", "b", "c", "a", "d" }) detector.Observe(Sample(key, 1));

        Assert.Equal(["c", "a", "d"], detector.Capture().Keys.Select(k => k.Key));
    }

    [Fact]
    public void A_restored_detector_goes_on_exactly_as_the_captured_one()
    {
        var random = new Random(7);
        var original = new EwmaDetector(s_options);
        for (var i = 0; i < 50; i++) original.Observe(Next());
        var restored = new EwmaDetector(s_options);
        restored.Restore(original.Capture());

        for (var i = 0; i < 200; i++)
        {
            var sample = Next();
            Assert.Equal(original.Observe(sample), restored.Observe(sample));
        }

        Sample Next() => Sample("abcde"[random.Next(5)].ToString(), random.Next(20) == 0 ? 500 : random.NextDouble());
    }

    [Fact]
    public void Another_detectors_state_is_refused()
    {
        var kept = new OperatorState("forest/1", [new KeyState("a", 0, new byte[24])]);

        Assert.Contains("forest/1", Assert.Throws<FormatException>(() => new EwmaDetector(s_options).Restore(kept)).Message);
    }

    [Fact]
    public void Children_take_over_disjoint_parts_that_together_are_the_whole()
    {
        var detector = new EwmaDetector(new EwmaOptions());
        for (var i = 0; i < 100; i++) detector.Observe(Sample($"key-{i}", i));
        var state = detector.Capture();
        var (lower, upper) = HashKeyRange.Whole.SplitAt(UInt128.MaxValue / 3);

        var low = OperatorState.TakeOver([state], lower);
        var high = OperatorState.TakeOver([state], upper);

        Assert.All(low.Keys, k => Assert.True(lower.Contains(k.HashKey)));
        Assert.All(high.Keys, k => Assert.True(upper.Contains(k.HashKey)));
        Assert.Equal(state.Keys.Select(k => k.Key).Order(), low.Keys.Concat(high.Keys).Select(k => k.Key).Order());
        Assert.Equal(100, OperatorState.TakeOver([low, high], HashKeyRange.Whole).Keys.Length);
    }

    [Fact]
    public void An_alert_is_written_with_exactly_these_fields()
    {
        var alert = new Alert(
            DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), "pump \"1\"", 12.5, 3, 0.25, 38,
            new SequenceNumber(new Incarnation(5), 1, 0, 7, 2));

        Assert.Equal(
            """{"time":"2023-11-14T22:13:20.123Z","key":"pump \u00221\u0022","value":12.5,"mean":3,"deviation":0.25,"score":38,"sequenceNumber":"SEQ"}"""
                .Replace("SEQ", alert.SequenceNumber.ToString()),
            System.Text.Encoding.UTF8.GetString(alert.ToJson()));
    }

    private static Sample Sample(string key, double value) => new(
        new SequenceNumber(new Incarnation(1), 1, 0, 1, 0), key, HashKeys.Of(System.Text.Encoding.UTF8.GetBytes(key)), value, default, default);
}
