namespace ActorStreams.Pipelines.Anomaly;

/// <summary>Settings of the plain exponentially weighted detector, within the bounds that the settings' validator states.</summary>
public sealed record EwmaOptions
{
    /// <summary>Weight of the newest sample, above 0 and up to 1. Large forgets fast and gets used to an anomaly, small adapts slowly.</summary>
    public double Alpha { get; init; } = Ewma.AlphaOfHalfLife(60);

    /// <summary>Samples of a key before its first verdict.</summary>
    public int WarmUpSamples { get; init; } = 30;

    /// <summary>An anomaly from this many deviations off the mean.</summary>
    public double ThresholdDeviations { get; init; } = 6;

    /// <summary>Deviation assumed at least, so that a constant value neither divides by zero nor alerts at its first wiggle.</summary>
    public double MinimumDeviation { get; init; } = 1e-6;

    /// <summary>Keys remembered; beyond it the one not seen for longest is forgotten and begins anew.</summary>
    public int KeysMax { get; init; } = 100_000;
}
