namespace ActorStreams.Pipelines.Definitions;

/// <summary>One pipeline as it is written in settings, under <c>ActorStreams:Pipelines:</c> and its name; <see cref="PipelineSettingsValidator"/> turns it into a definition.</summary>
public sealed class PipelineSettings
{
    /// <summary>1 to 64 of <c>a-z A-Z 0-9 _ . -</c>. Required. A renamed pipeline is a new one and begins anew.</summary>
    public string? Name { get; set; }

    /// <summary>Region of all its streams. Default us-east-1.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>Stream to read. Required.</summary>
    public string? Source { get; set; }

    /// <summary>Stream that alerts are appended to. Required, another one than the source.</summary>
    public string? Output { get; set; }

    /// <summary>Stream for records that cannot be processed. Default: the pipeline's name with <c>-dead-letters</c>.</summary>
    public string? DeadLetters { get; set; }

    /// <summary>Dotted path of the number in each record's JSON. Default <c>value</c>.</summary>
    public string ValueField { get; set; } = "value";

    /// <summary>Dotted path of the key. Default: the record's partition key.</summary>
    public string? KeyField { get; set; }

    /// <summary>Dotted path of the record's time. Default: its arrival.</summary>
    public string? TimeField { get; set; }

    /// <summary>Default true: records aggregated by the Kinesis Producer Library are taken apart. False reads each record whole.</summary>
    public bool Deaggregate { get; set; } = true;

    /// <summary>TRIM_HORIZON (default) or LATEST, for a pipeline that never ran before.</summary>
    public string Start { get; set; } = "TRIM_HORIZON";

    public DetectorSettings Detector { get; set; } = new();

    /// <summary>Absolute http or https address that alerts are also sent to, at least once each. Default none.</summary>
    public string? Webhook { get; set; }

    /// <summary>Default 500 ms; 10 to 60,000. Short costs journal writes, long a longer redo after a crash.</summary>
    public int CheckpointIntervalMs { get; set; } = 500;

    /// <summary>Default 30 s; 1 to 3,600. Short costs snapshot writes of the whole detector state, long a longer replay.</summary>
    public int SnapshotIntervalSeconds { get; set; } = 30;

    /// <summary>Default true: output and dead-letter stream are created where they are missing.</summary>
    public bool CreateStreams { get; set; } = true;
}

/// <summary>The detector of a pipeline, as in settings. Bounds in <see cref="PipelineSettingsValidator"/>.</summary>
public sealed class DetectorSettings
{
    /// <summary>Samples after which a sample's weight has halved. Default 60; excludes <see cref="Alpha"/>.</summary>
    public double? HalfLifeSamples { get; set; }

    /// <summary>Weight of the newest sample. Excludes <see cref="HalfLifeSamples"/>.</summary>
    public double? Alpha { get; set; }

    /// <summary>Samples of a key before its first alert. Default 30; too few and ordinary noise alerts.</summary>
    public int WarmUpSamples { get; set; } = 30;

    /// <summary>Alert from this many deviations off the mean. Default 6; too low and noise alerts, too high and nothing does.</summary>
    public double ThresholdDeviations { get; set; } = 6;

    /// <summary>Deviation assumed at least, in the value's unit. Default 1e-6; too low and a constant value alerts at its first wiggle.</summary>
    public double MinimumDeviation { get; set; } = 1e-6;

    /// <summary>Keys remembered per shard, about 100 bytes each; beyond it the one not seen for longest is forgotten. Default 100,000.</summary>
    public int KeysMax { get; set; } = 100_000;
}
