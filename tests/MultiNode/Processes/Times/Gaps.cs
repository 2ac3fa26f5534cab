namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary>When something that should happen all the time did not happen.</summary>
internal static class Gaps
{
    /// <summary>
    /// From the fault until the last interruption that began after it, or was going on then, was over; zero where there was none longer than
    /// <paramref name="shortest"/>. Null where it was not over at the end of the watch.
    /// </summary>
    /// <param name="times">When it happened, in any order.</param>
    /// <param name="begin">When the watch began; the first happening is due from there on.</param>
    public static TimeSpan? Recovery(IEnumerable<TimeSpan> times, TimeSpan begin, TimeSpan fault, TimeSpan end, TimeSpan shortest)
    {
        var recovered = TimeSpan.Zero;
        var last = begin;
        foreach (var time in times.Order().Where(t => t >= begin && t <= end))
        {
            if (time - last >= shortest && time > fault) recovered = time - fault;
            last = time;
        }

        return end - last >= shortest ? null : recovered;
    }
}
