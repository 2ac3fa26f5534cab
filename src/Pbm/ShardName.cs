using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorStreams.Pbm;

/// <summary>A shard as people name it: <c>orders/3</c> or <c>orders/shardId-000000000003</c>.</summary>
internal sealed partial record ShardName(string Stream, string ShardId)
{
    public const string Allowed = "allowed is STREAM/NUMBER or STREAM/shardId-NUMBER, such as orders/3";

    /// <summary>The short form.</summary>
    public override string ToString() => Short(Stream, ShardId);

    public static string Short(string stream, string shardId) =>
        stream + "/" + (TryParseId(shardId, out _) ? long.Parse(shardId.AsSpan(shardId.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture) : shardId);

    public static bool TryParse(string text, out ShardName name)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        name = new ShardName("", "");
        if (slash < 0 || !IsStream(text[..slash]) || !TryParseId(text[(slash + 1)..], out var shardId)) return false;
        name = new ShardName(text[..slash], shardId);
        return true;
    }

    /// <summary><c>3</c> or <c>shardId-000000000003</c>.</summary>
    public static bool TryParseId(string text, out string shardId)
    {
        shardId = "";
        var match = Id().Match(text);
        if (!match.Success) return false;
        shardId = "shardId-" + long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture).ToString("D12", CultureInfo.InvariantCulture);
        return true;
    }

    public static bool IsStream(string name) => StreamNames().IsMatch(name);

    [GeneratedRegex(@"\A(?:shardId-)?([0-9]{1,12})\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,128}\z")]
    private static partial Regex StreamNames();
}
