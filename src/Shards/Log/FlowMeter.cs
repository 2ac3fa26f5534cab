namespace ActorStreams.Shards.Log;

/// <summary>How many records and bytes pass in a second, averaged over about the last <see cref="Memory"/>: what is older counts less and less.</summary>
public sealed class FlowMeter
{
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly long _since;
    private long _at;
    private double _records;
    private double _bytes;

    public FlowMeter(TimeProvider time)
    {
        _time = time;
        _since = _at = time.GetTimestamp();
    }

    public void Add(long records, long bytes)
    {
        Age();
        _records += records;
        _bytes += bytes;
    }

    public Flow Measure()
    {
        Age();
        // Young, it has not seen as long a time as it averages over; younger than a second, what it saw says little.
        var seen = Math.Max(1, _time.GetElapsedTime(_since).TotalSeconds);
        var weight = Memory.TotalSeconds * (1 - Math.Exp(-seen / Memory.TotalSeconds));
        return new Flow(_records / weight, _bytes / weight);
    }

    private void Age()
    {
        var now = _time.GetTimestamp();
        var kept = Math.Exp(-_time.GetElapsedTime(_at, now) / Memory);
        _records *= kept;
        _bytes *= kept;
        _at = now;
    }
}

/// <summary>Records and bytes in a second.</summary>
public readonly record struct Flow(double RecordsPerSecond, double BytesPerSecond);
