namespace ActorStreams.Pipelines.Anomaly;

/// <summary>What is remembered of one key.</summary>
public readonly record struct EwmaState(double Mean, double Variance, long Count);

/// <summary>What a sample looks like against what came before it.</summary>
/// <param name="Score">Distance from the mean in deviations; 0 while the key is warming up.</param>
public readonly record struct EwmaVerdict(bool IsAnomaly, double Mean, double Deviation, double Score);

/// <summary>
/// Exponentially weighted mean and variance (West's incremental form). The first samples weigh alike, 1/n each, until that falls to
/// alpha, so that the very first one does not linger. Pure, and the same bits for the same input on one kind of machine.
/// </summary>
public static class Ewma
{
    /// <summary>Larger values would overflow when squared; the decoder refuses them.</summary>
    public const double ValueMagnitudeMax = 1e150;

    public static double AlphaOfHalfLife(double samples) => 1 - Math.Pow(0.5, 1 / samples);

    public static (EwmaState State, EwmaVerdict Verdict) Step(EwmaState state, double sample, EwmaOptions options)
    {
        var deviation = Math.Max(Math.Sqrt(state.Variance), options.MinimumDeviation);
        var difference = sample - state.Mean;
        var score = state.Count < options.WarmUpSamples ? 0 : Math.Abs(difference) / deviation;
        var verdict = new EwmaVerdict(score >= options.ThresholdDeviations, state.Mean, deviation, score);

        var weight = Math.Max(options.Alpha, 1.0 / (state.Count + 1));
        var step = weight * difference;
        var next = new EwmaState(state.Mean + step, (1 - weight) * (state.Variance + (difference * step)), state.Count + 1);
        return (next, verdict);
    }
}
