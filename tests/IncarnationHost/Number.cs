using System.Globalization;

namespace ActorStreams.IncarnationHost;

internal static class Number
{
    public static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
