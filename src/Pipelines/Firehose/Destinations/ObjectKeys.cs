using System.Text;

namespace ActorStreams.Pipelines.Firehose.Destinations;

/// <summary>Names of objects, with slashes between their parts, checked once more by every store before it touches anything.</summary>
public static class ObjectKeys
{
    /// <summary>What a bucket allows.</summary>
    public const int BytesMax = 1_024;

    /// <summary>What common file systems allow for one name.</summary>
    public const int PartBytesMax = 255;

    /// <exception cref="ArgumentException">The key could name something outside of the store, or nothing at all; the message says which part.</exception>
    public static void Check(string key)
    {
        if (key.Length == 0) throw new ArgumentException("The key of an object is empty.", nameof(key));
        if (Encoding.UTF8.GetByteCount(key) > BytesMax)
            throw new ArgumentException($"The key '{key}' has more than {BytesMax} bytes of UTF-8.", nameof(key));
        foreach (var part in key.Split('/'))
        {
            if (part is "" or "." or "..")
                throw new ArgumentException($"The key '{key}' has the part '{part}'; a part is neither empty nor '.' nor '..'.", nameof(key));
            if (part.AsSpan().IndexOfAny('\\', '\0') >= 0)
                throw new ArgumentException($"The key '{key}' has a backslash or a zero character, which no part may have.", nameof(key));
        }
    }
}
