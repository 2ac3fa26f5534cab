using System.Globalization;

namespace ActorStreams.Shards.Streams;

/// <summary>The name of a stream in its region, as users say it. One name may stand for several <see cref="Incarnation"/>s over time.</summary>
public readonly record struct StreamId(string Region, string Name)
{
    public override string ToString() => $"{Region}/{Name}";
}

/// <summary>
/// One life of a stream: a number new at each create and rising within a region, at most 48 bits. Made from the time of
/// creation in milliseconds, moved up where two creates share one, so that it also says when the stream was made.
/// </summary>
public readonly record struct Incarnation(long Value) : IComparable<Incarnation>
{
    /// <summary>48 bits: milliseconds until the year 10889.</summary>
    public const long ValueMax = (1L << 48) - 1;

    public int CompareTo(Incarnation other) => Value.CompareTo(other.Value);

    /// <summary>Twelve lower-case hex digits, as persistence ids carry it.</summary>
    public override string ToString() => Value.ToString("x12", CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> text, out Incarnation incarnation)
    {
        incarnation = default;
        if (text.Length != 12 || !long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        incarnation = new Incarnation(value);
        return value is > 0 and <= ValueMax;
    }
}

/// <summary>One life of a stream, in its region: what its persistent actor is addressed by.</summary>
public readonly record struct StreamKey(string Region, Incarnation Incarnation)
{
    private const string Prefix = "stream-";

    public string PersistenceId => $"{Prefix}{Region}-{Incarnation}";

    /// <summary>Reads a persistence id back.</summary>
    public static bool TryParse(string persistenceId, out StreamKey key)
    {
        key = default;
        var hyphen = persistenceId.LastIndexOf('-');
        if (!persistenceId.StartsWith(Prefix, StringComparison.Ordinal) || hyphen < Prefix.Length
            || !Incarnation.TryParse(persistenceId.AsSpan(hyphen + 1), out var incarnation))
            return false;
        key = new StreamKey(persistenceId[Prefix.Length..hyphen], incarnation);
        return true;
    }

    public override string ToString() => $"{Region}/{Incarnation}";
}

/// <summary>One shard of one life of a stream. Nothing of a deleted stream can be mistaken for its namesake.</summary>
public readonly record struct ShardKey(string Region, Incarnation Incarnation, int Shard)
{
    public StreamKey Stream => new(Region, Incarnation);

    private const string Prefix = "shard-";

    public string PersistenceId => $"{Prefix}{Region}-{Incarnation}-{Shard.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Reads a persistence id back.</summary>
    public static bool TryParse(string persistenceId, out ShardKey key)
    {
        key = default;
        var last = persistenceId.LastIndexOf('-');
        var middle = last > 0 ? persistenceId.LastIndexOf('-', last - 1) : -1;
        if (!persistenceId.StartsWith(Prefix, StringComparison.Ordinal) || middle < Prefix.Length
            || !Incarnation.TryParse(persistenceId.AsSpan(middle + 1, last - middle - 1), out var incarnation)
            || !int.TryParse(persistenceId.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
            return false;
        key = new ShardKey(persistenceId[Prefix.Length..middle], incarnation, shard);
        return true;
    }

    /// <summary>The shard's name on the wire: <c>shardId-</c> and twelve digits.</summary>
    public string ShardId => ShardIds.Format(Shard);

    public override string ToString() => $"{Region}/{Incarnation}/{ShardId}";
}

/// <summary>Shard names as Kinesis writes and reads them.</summary>
public static class ShardIds
{
    public static string Format(int shard) => "shardId-" + shard.ToString("D12", CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads a name as Kinesis does: what follows the last hyphen counts, so <c>shardId-0</c>, <c>x-0</c> and <c>0</c> all name
    /// shard 0. False where that is not digits or above 2,147,483,647.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int shard)
    {
        var digits = text[(text.LastIndexOf('-') + 1)..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out shard);
    }
}
