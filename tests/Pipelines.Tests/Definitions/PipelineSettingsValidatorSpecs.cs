using ActorStreams.Pipelines.Definitions;

namespace ActorStreams.Pipelines.Tests.Definitions;

public sealed class PipelineSettingsValidatorSpecs
{
    [Fact]
    public void Name_source_and_output_are_enough()
    {
        var errors = new List<string>();

        Assert.True(PipelineSettingsValidator.TryBuild("P", Good(), errors, out var definition), string.Join('\n', errors));

        Assert.Equal("watch-dead-letters", definition.DeadLetters.Name);
        Assert.Equal(StartPosition.TrimHorizon, definition.Start);
        Assert.Null(definition.KeyPath);
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_path_and_what_is_allowed()
    {
        var settings = new PipelineSettings
        {
            Name = "no spaces",
            Source = "s",
            Output = "s",
            ValueField = "a..b",
            Start = "NOW",
            Webhook = "ftp://x",
            CheckpointIntervalMs = 1,
            Detector = new DetectorSettings { Alpha = 2, HalfLifeSamples = 3, MinimumDeviation = 0, WarmUpSamples = 0 },
        };
        var errors = new List<string>();

        Assert.False(PipelineSettingsValidator.TryBuild("ActorStreams:Pipelines:x", settings, errors, out _));

        string[] paths = [":Name", ":DeadLetters", "", ":ValueField", ":Webhook", ":Start", ":CheckpointIntervalMs", ":Detector", ":Detector:Alpha",
            ":Detector:WarmUpSamples", ":Detector:MinimumDeviation"];
        foreach (var path in paths)
            Assert.Contains(errors, e => e.StartsWith("ActorStreams:Pipelines:x" + path, StringComparison.Ordinal));
        Assert.Contains("ActorStreams:Pipelines:x:CheckpointIntervalMs is 1; allowed is 10 to 60000.", errors);
        Assert.Equal(paths.Length, errors.Count);
    }

    [Theory]
    [InlineData("alerts", "alerts")]
    [InlineData("alerts", "s")]
    public void No_stream_has_two_parts(string output, string deadLetters)
    {
        var settings = Good();
        (settings.Output, settings.DeadLetters) = (output, deadLetters);
        var errors = new List<string>();

        Assert.False(PipelineSettingsValidator.TryBuild("P", settings, errors, out _));
        Assert.Single(errors);
    }

    private static PipelineSettings Good() => new() { Name = "watch", Source = "s", Output = "alerts" };
}
