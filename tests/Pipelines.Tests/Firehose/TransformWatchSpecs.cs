using ActorStreams.Pipelines.Firehose;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class TransformWatchSpecs
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_call_that_takes_long_is_waited_for_and_one_that_does_not_is_not()
    {
        using var metrics = new PipelineMetrics();
        var beats = 0;
        var watch = new TransformWatch(DeliveryRig.Definition, metrics.Deliveries, _time, () => beats++);

        watch.Waits("a call");
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(watch.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("a call", 1), (watch.Waiting!.Problem, watch.Waiting.Tries));

        watch.Waits(null);
        Assert.Null(watch.Waiting);
        Assert.Equal(2, beats);
    }

    [Fact]
    public void A_call_that_failed_is_waited_for_at_once_with_its_tries()
    {
        using var metrics = new PipelineMetrics();
        var watch = new TransformWatch(DeliveryRig.Definition, metrics.Deliveries, _time, () => { });

        watch.Waits("a call");
        watch.Waits("it failed");

        Assert.Equal(("it failed", 2), (watch.Waiting!.Problem, watch.Waiting.Tries));
    }
}
