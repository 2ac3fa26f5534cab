using ActorStreams.Node.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Node.Tests.Telemetry;

public sealed class MachineTelemetrySpecs
{
    [Fact]
    public void Rates_are_differences_over_the_time_between_two_looks()
    {
        var clock = new FakeTimeProvider();
        var source = new Scripted(
            new Counters { CpuBusyTicks = 100, CpuAllTicks = 1000, NetworkReceivedBytes = 5_000, MemoryUsedPercent = 40 },
            new Counters { CpuBusyTicks = 150, CpuAllTicks = 1200, NetworkReceivedBytes = 9_000, MemoryUsedPercent = 41 });
        var telemetry = new MachineTelemetry(source, clock);

        clock.Advance(TimeSpan.FromSeconds(2));
        var readings = telemetry.Read().ToDictionary(r => r.Metric, r => r.Value);

        Assert.Equal(25, readings[Metrics.CpuPercent]);
        Assert.Equal(2_000, readings[Metrics.NetworkReceivedBytesPerSecond]);
        Assert.Equal(41, readings[Metrics.MemoryUsedPercent]);
    }

    [Fact]
    public void What_the_system_does_not_offer_is_left_out_and_named()
    {
        var telemetry = new MachineTelemetry(new Scripted(new Counters { LoadOneMinute = 1 }), new FakeTimeProvider());

        Assert.Equal([Metrics.LoadOneMinute], Metrics.All.Except(telemetry.NotOffered));
    }

    [Fact]
    public void A_total_that_falls_is_no_negative_rate()
    {
        var clock = new FakeTimeProvider();
        var telemetry = new MachineTelemetry(new Scripted(new Counters { DiskReadBytes = 10 }, new Counters { DiskReadBytes = 5 }), clock);

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, Assert.Single(telemetry.Read()).Value);
    }

    [Fact]
    public void Linux_counters_come_out_of_proc()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Folder("net"));
        folder.File("stat", "cpu  100 10 50 800 20 5 5 10 0 0\ncpu0 1 2 3 4\n");
        folder.File("loadavg", "0.75 0.50 0.25 1/100 4242\n");
        folder.File("meminfo", "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n");
        folder.File("diskstats", "   8 0 sda 1 0 100 0 1 0 200 0 0 0 0\n   8 1 sda1 1 0 100 0 1 0 200 0 0 0 0\n 259 0 nvme0n1 1 0 10 0 1 0 20 0 0 0 0\n 259 1 nvme0n1p1 1 0 10 0 1 0 20 0 0 0 0\n   7 0 loop0 9 9 9 9 9 9 9 9 9 9 9\n");
        folder.File("net/dev", "Inter-|   Receive  |  Transmit\n face |bytes packets\n  eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n    lo:5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");

        var counters = new LinuxCounters(folder.Path).Read();

        Assert.Equal(1000, counters.CpuAllTicks);
        Assert.Equal(180, counters.CpuBusyTicks);
        Assert.Equal(0.75, counters.LoadOneMinute);
        Assert.Equal(60, counters.MemoryUsedPercent!.Value, 6);
        Assert.Equal(110 * 512, counters.DiskReadBytes);
        Assert.Equal(220 * 512, counters.DiskWrittenBytes);
        Assert.Equal(1005, counters.NetworkReceivedBytes);
        Assert.Equal(2005, counters.NetworkSentBytes);
    }

    [Fact]
    public void A_missing_or_garbled_proc_gives_no_value_and_no_error()
    {
        using var folder = new TempFolder();
        folder.File("stat", "nonsense\n");
        folder.File("meminfo", "MemTotal: x\n");

        var counters = new LinuxCounters(folder.Path).Read();

        Assert.Equal(new Counters { DiskUsedPercent = counters.DiskUsedPercent }, counters);
    }

    [Fact]
    public void Mac_memory_and_disks_are_read_from_what_its_commands_print()
    {
        const string VmStat = "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free: 10.\nPages active:    100.\nPages wired down:   50.\nPages occupied by compressor:  10.\n";
        const string IoStat = "          disk0           disk4\n    KB/t xfrs   MB     KB/t xfrs   MB\n   20.1 1000 100.50    4.0 10 1.50\n";

        Assert.Equal(50, MacCounters.MemoryUsedPercent(VmStat, 16384 * 320.0)!.Value, 6);
        Assert.Equal(102 * 1024 * 1024, MacCounters.DiskBytes(IoStat));
        Assert.Null(MacCounters.MemoryUsedPercent(null, 1));
        Assert.Null(MacCounters.DiskBytes(""));
    }

    [Fact]
    public void This_machine_gives_readings()
    {
        Assert.NotEmpty(MachineTelemetry.OfThisMachine(TimeProvider.System).Read());
    }

    private sealed class Scripted(params Counters[] looks) : ICounterSource
    {
        private int _next;

        public Counters Read() => looks[Math.Min(_next++, looks.Length - 1)];
    }
}
