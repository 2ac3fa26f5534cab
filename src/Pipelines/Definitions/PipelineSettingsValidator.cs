using System.Diagnostics.CodeAnalysis;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Definitions;

/// <summary>Checks settings whole and names every error at once, each with its path, what was there and what is allowed.</summary>
public static class PipelineSettingsValidator
{
    public const int NameLengthMax = 64;
    private const int StreamNameLengthMax = 128;
    private const int RegionLengthMax = 64;
    private const int PathLengthMax = 256;

    /// <param name="path">Where the pipeline stands in the settings, such as <c>ActorStreams:Pipelines:watch</c>.</param>
    /// <param name="s">As bound.</param>
    /// <param name="errors">Added to, so that the errors of all pipelines can be told together.</param>
    /// <param name="definition">Null when there are errors.</param>
    public static bool TryBuild(string path, PipelineSettings s, List<string> errors, [NotNullWhen(true)] out PipelineDefinition? definition)
    {
        var before = errors.Count;
        CheckName(path + ":Name", s.Name, NameLengthMax, errors);
        CheckName(path + ":Region", s.Region, RegionLengthMax, errors);
        var deadLetters = s.DeadLetters ?? $"{s.Name}-dead-letters";
        CheckName(path + ":Source", s.Source, StreamNameLengthMax, errors);
        CheckName(path + ":Output", s.Output, StreamNameLengthMax, errors);
        CheckName(path + ":DeadLetters", deadLetters, StreamNameLengthMax, errors);
        if (s.Source is not null && (s.Source == s.Output || s.Source == deadLetters))
            errors.Add($"{path}: the stream {s.Source} is read and written; output and dead letters go to other streams than the source.");
        if (s.Output is not null && s.Output == deadLetters)
            errors.Add($"{path}: the stream {s.Output} is output and dead-letter stream; they are two streams.");
        CheckPath(path + ":ValueField", s.ValueField, errors);
        if (s.KeyField is not null) CheckPath(path + ":KeyField", s.KeyField, errors);
        if (s.TimeField is not null) CheckPath(path + ":TimeField", s.TimeField, errors);
        if (s.Webhook is not null && !(Uri.TryCreate(s.Webhook, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            errors.Add($"{path}:Webhook is '{s.Webhook}'; allowed is an absolute http or https address.");
        StartPosition? start = s.Start switch { "TRIM_HORIZON" => StartPosition.TrimHorizon, "LATEST" => StartPosition.Latest, _ => null };
        if (start is null) errors.Add($"{path}:Start is '{s.Start}'; allowed are TRIM_HORIZON and LATEST.");
        CheckBetween(path + ":CheckpointIntervalMs", s.CheckpointIntervalMs, 10, 60_000, errors);
        CheckBetween(path + ":SnapshotIntervalSeconds", s.SnapshotIntervalSeconds, 1, 3_600, errors);
        var detector = Detector(path + ":Detector", s.Detector, errors);
        definition = null;
        if (errors.Count > before) return false;
        definition = new PipelineDefinition
        {
            Name = s.Name!,
            Source = new StreamId(s.Region, s.Source!),
            Output = new StreamId(s.Region, s.Output!),
            DeadLetters = new StreamId(s.Region, deadLetters),
            ValuePath = s.ValueField,
            KeyPath = s.KeyField,
            TimePath = s.TimeField,
            Deaggregate = s.Deaggregate,
            Detector = detector,
            Webhook = s.Webhook,
            Start = start!.Value,
            CheckpointInterval = TimeSpan.FromMilliseconds(s.CheckpointIntervalMs),
            SnapshotInterval = TimeSpan.FromSeconds(s.SnapshotIntervalSeconds),
            CreateStreams = s.CreateStreams,
        };
        return true;
    }

    private static EwmaOptions Detector(string path, DetectorSettings d, List<string> errors)
    {
        if (d is { Alpha: not null, HalfLifeSamples: not null })
            errors.Add($"{path}: Alpha and HalfLifeSamples are both given; they say the same thing, so one is allowed.");
        if (d.Alpha is { } alpha && !(alpha is > 0 and <= 1))
            errors.Add(FormattableString.Invariant($"{path}:Alpha is {alpha}; allowed is above 0 and up to 1."));
        if (d.HalfLifeSamples is { } halfLife) CheckBetween(path + ":HalfLifeSamples", halfLife, 0.1, 1e9, errors);
        CheckBetween(path + ":WarmUpSamples", d.WarmUpSamples, 1, 1_000_000, errors);
        CheckBetween(path + ":ThresholdDeviations", d.ThresholdDeviations, 0.1, 1e6, errors);
        CheckBetween(path + ":MinimumDeviation", d.MinimumDeviation, 1e-12, 1e12, errors);
        CheckBetween(path + ":KeysMax", d.KeysMax, 1, 10_000_000, errors);
        return new EwmaOptions
        {
            Alpha = d.Alpha ?? Ewma.AlphaOfHalfLife(d.HalfLifeSamples ?? 60),
            WarmUpSamples = d.WarmUpSamples,
            ThresholdDeviations = d.ThresholdDeviations,
            MinimumDeviation = d.MinimumDeviation,
            KeysMax = d.KeysMax,
        };
    }

    private static void CheckName(string path, string? name, int lengthMax, List<string> errors)
    {
        if (string.IsNullOrEmpty(name))
            errors.Add($"{path} is missing; allowed are 1 to {lengthMax} of a-z A-Z 0-9 _ . -");
        else if (name.Length > lengthMax || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            errors.Add($"{path} is '{name}'; allowed are 1 to {lengthMax} of a-z A-Z 0-9 _ . -");
    }

    private static void CheckPath(string path, string dotted, List<string> errors)
    {
        if (dotted.Length is 0 or > PathLengthMax || dotted.Split('.').Any(part => part.Length == 0))
            errors.Add($"{path} is '{dotted}'; allowed are field names joined by dots, up to {PathLengthMax} characters, such as 'sensor.value'.");
    }

    private static void CheckBetween(string path, double value, double min, double max, List<string> errors)
    {
        if (!(value >= min && value <= max))
            errors.Add(FormattableString.Invariant($"{path} is {value}; allowed is {min} to {max}."));
    }
}
