using ActorStreams.Pipelines.Anomaly;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Anomaly;

public sealed class EwmaSpecs
{
    private static readonly EwmaOptions s_options = new() { Alpha = 0.1, WarmUpSamples = 5, ThresholdDeviations = 4, MinimumDeviation = 0.5 };

    [Property(Arbitrary = [typeof(Samples)])]
    public void Mean_and_variance_are_those_of_the_weighted_samples(double[] samples)
    {
        var state = default(EwmaState);
        for (var n = 0; n < samples.Length; n++)
        {
            (state, _) = Ewma.Step(state, samples[n], s_options);

            var (mean, variance) = Naive(samples.AsSpan(0, n + 1));
            var scale = Math.Max(1, samples.Max(Math.Abs));
            Assert.Equal(mean, state.Mean, 1e-9 * scale);
            Assert.Equal(variance, state.Variance, 1e-7 * scale * scale);
        }
    }

    [Fact]
    public void The_first_samples_weigh_alike()
    {
        var state = default(EwmaState);
        foreach (var sample in new[] { 100d, 0, 0, 0 }) (state, _) = Ewma.Step(state, sample, s_options);

        Assert.Equal(25, state.Mean, 1e-12);
    }

    [Fact]
    public void Nothing_is_an_anomaly_while_a_key_warms_up()
    {
        var state = default(EwmaState);
        for (var i = 0; i < s_options.WarmUpSamples; i++)
        {
            (state, var verdict) = Ewma.Step(state, i * 1e6, s_options);
            Assert.Equal((false, 0d), (verdict.IsAnomaly, verdict.Score));
        }
    }

    [Theory]
    [InlineData(11.9, false)]
    [InlineData(12, true)]
    [InlineData(8, true)]
    public void A_sample_is_an_anomaly_from_the_threshold_on_and_is_judged_before_it_counts(double sample, bool isAnomaly)
    {
        var state = new EwmaState(10, 0, 100);

        var (_, verdict) = Ewma.Step(state, sample, s_options);

        Assert.Equal(isAnomaly, verdict.IsAnomaly);
        Assert.Equal((10, 0.5), (verdict.Mean, verdict.Deviation));
        Assert.Equal(Math.Abs(sample - 10) / 0.5, verdict.Score);
    }

    [Fact]
    public void The_largest_values_overflow_nothing()
    {
        var state = default(EwmaState);
        for (var i = 0; i < 100; i++)
        {
            (state, var verdict) = Ewma.Step(state, i % 2 == 0 ? Ewma.ValueMagnitudeMax : -Ewma.ValueMagnitudeMax, s_options);
            Assert.True(double.IsFinite(verdict.Score) && double.IsFinite(state.Mean) && double.IsFinite(state.Variance));
        }
    }

    [Fact]
    public void A_half_life_halves_a_samples_weight()
    {
        var alpha = Ewma.AlphaOfHalfLife(7);

        Assert.Equal(0.5, Math.Pow(1 - alpha, 7), 1e-12);
    }

    /// <summary>Each sample's weight written out: what it got when it came, times what every later one left of it.</summary>
    private static (double Mean, double Variance) Naive(ReadOnlySpan<double> samples)
    {
        var weights = new double[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var weight = Math.Max(s_options.Alpha, 1.0 / (i + 1));
            for (var j = 0; j < i; j++) weights[j] *= 1 - weight;
            weights[i] = weight;
        }
        var mean = 0d;
        for (var i = 0; i < samples.Length; i++) mean += weights[i] * samples[i];
        var variance = 0d;
        for (var i = 0; i < samples.Length; i++) variance += weights[i] * (samples[i] - mean) * (samples[i] - mean);
        return (mean, variance);
    }

    private static class Samples
    {
        public static Arbitrary<double[]> Arrays() =>
            Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 100d).ArrayOf().Where(a => a.Length is > 0 and < 60).ToArbitrary();
    }
}
