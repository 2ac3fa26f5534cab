using ActorStreams.Node.Firehose;
using ActorStreams.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Node.Tests.Firehose;

public sealed class DiskWatermarkSpecs
{
    private readonly FakeTimeProvider _time = new();
    private readonly ToldLog _log = new();

    [Fact]
    public void There_is_room_until_less_than_the_least_is_free_and_from_then_on_when_it_is_again()
    {
        long? free = 10L << 20;
        var looks = 0;
        var disk = new DiskWatermark(
            () =>
            {
                looks++;
                return free;
            },
            10L << 20, _time, _log);
        Assert.True(disk.HasRoom);
        free--;
        Assert.True(disk.HasRoom);
        Assert.Equal(1, looks);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(disk.HasRoom);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(disk.HasRoom);
        free++;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(disk.HasRoom);

        Assert.Equal(4, looks);
        Assert.Equal([(70, LogLevel.Warning), (71, LogLevel.Information)], _log.Told.Select(t => (t.Id, t.Level)));
    }

    [Fact]
    public void A_disk_that_cannot_be_looked_at_is_taken_for_one_with_room()
    {
        Assert.True(new DiskWatermark(() => null, 1, _time, _log).HasRoom);
        Assert.Null(DiskWatermark.FreeBytes("\0"));
    }

    [Fact]
    public void A_folder_tells_what_its_disk_has() => Assert.InRange(DiskWatermark.FreeBytes(Path.GetTempPath())!.Value, 1, long.MaxValue);
}
