using ActorStreams.Shards.Log;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Shards.Tests.Log;

public sealed class FlowMeterSpecs
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    public void A_steady_flow_is_told_as_it_is_however_long_it_has_lasted(int seconds)
    {
        var meter = new FlowMeter(_time);

        for (var tenth = 0; tenth < seconds * 10; tenth++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            meter.Add(20, 2_000);
        }

        Assert.Equal(200, meter.Measure().RecordsPerSecond, tolerance: 4);
        Assert.Equal(20_000, meter.Measure().BytesPerSecond, tolerance: 400);
    }

    [Fact]
    public void A_flow_that_ended_fades()
    {
        var meter = new FlowMeter(_time);
        _time.Advance(TimeSpan.FromMinutes(5));
        meter.Add(1_000, 0);

        _time.Advance(FlowMeter.Memory);
        var later = meter.Measure().RecordsPerSecond;
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(100 / Math.E, later, tolerance: 0.01);
        Assert.Equal(0, meter.Measure().RecordsPerSecond, tolerance: 0.01);
    }

    [Fact]
    public void What_comes_in_the_first_moment_is_not_taken_for_a_flood()
    {
        var meter = new FlowMeter(_time);
        meter.Add(10, 100);

        Assert.InRange(meter.Measure().RecordsPerSecond, 10, 11);
    }
}
