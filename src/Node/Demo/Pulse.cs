using ActorStreams.Node.Client;

namespace ActorStreams.Node.Demo;

/// <summary>
/// A steady made-up metric beside the measured ones, ten readings a second, with one marked spike, so that there is an alert to see
/// however quiet the machine is.
/// </summary>
internal sealed class Pulse(int spikeAt)
{
    public const string Metric = "demo.pulse";
    public const double SpikeValue = 1000;
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private int _count;

    /// <summary>The spike comes at three fifths of the run, but not before the detector knows the metric.</summary>
    public static Pulse For(TimeSpan run) => new(Math.Max(20, (int)(run / Interval * 0.6)));

    public ReadingRecord Next(string time)
    {
        var marked = _count == spikeAt;
        // Two waves whose periods have no common measure look like noise and are the same in every run.
        var value = marked ? SpikeValue : 100 + 2 * Math.Sin(_count * 0.7) + Math.Sin(_count * 2.3);
        _count++;
        return new ReadingRecord(time, Metric, Math.Round(value, 3), marked ? true : null);
    }
}
