namespace ActorStreams.Gateway.Wire;

/// <summary>Times of requests as milliseconds since 1970, clamped to the years 1 to 9999.</summary>
internal static class EpochMs
{
    private const long Max = 253_402_300_799_999;
    private const long Min = -62_135_596_800_000;

    public static long Clamp(long ms) => Math.Clamp(ms, Min, Max);

    /// <summary>A decimal keeps the milliseconds exactly.</summary>
    public static long OfSeconds(decimal seconds) => Math.Abs(seconds) < Max ? Clamp((long)Math.Round(seconds * 1000)) : OfSeconds((double)seconds);

    /// <summary>For what no decimal holds. The value must be a number.</summary>
    public static long OfSeconds(double seconds) =>
        Math.Abs(seconds) < Max ? Clamp((long)Math.Round(seconds * 1000)) : seconds < 0 ? Min : Max;
}
