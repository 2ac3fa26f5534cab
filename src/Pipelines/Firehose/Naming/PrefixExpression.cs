using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>
/// The prefix of objects' names, parsed once: text with <c>!{timestamp:yyyy/MM/dd}</c>, <c>!{firehose:random-string}</c>,
/// <c>!{firehose:error-output-type}</c>, <c>!{partitionKeyFromQuery:key}</c> and <c>!{partitionKeyFromLambda:key}</c>.
/// </summary>
public sealed partial class PrefixExpression
{
    private const int RandomLength = 11;
    private const string RandomLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly IReadOnlyList<Part> _parts;

    private PrefixExpression(string text, IReadOnlyList<Part> parts)
    {
        Text = text;
        _parts = parts;
        QueryKeys = [.. parts.Where(p => p.Kind == PartKind.QueryKey).Select(p => p.Text)];
        LambdaKeys = [.. parts.Where(p => p.Kind == PartKind.LambdaKey).Select(p => p.Text)];
    }

    private enum PartKind
    {
        Literal,
        Timestamp,
        RandomString,
        ErrorOutputType,
        QueryKey,
        LambdaKey,
    }

    public string Text { get; }

    public bool HasExpressions => _parts.Any(p => p.Kind != PartKind.Literal);

    public bool HasTimestamp => _parts.Any(p => p.Kind == PartKind.Timestamp);

    public bool HasErrorOutputType => _parts.Any(p => p.Kind == PartKind.ErrorOutputType);

    /// <summary>That <c>!{partitionKeyFromQuery:...}</c> asks for.</summary>
    public ImmutableHashSet<string> QueryKeys { get; }

    /// <summary>That <c>!{partitionKeyFromLambda:...}</c> asks for.</summary>
    public ImmutableHashSet<string> LambdaKeys { get; }

    /// <summary>The name of a key of a record's that has no value, or null when all are there.</summary>
    public string? MissingKey(ImmutableSortedDictionary<string, string> keys)
    {
        foreach (var part in _parts)
        {
            if (part.Kind is PartKind.QueryKey or PartKind.LambdaKey && string.IsNullOrEmpty(keys.GetValueOrDefault(part.Key))) return part.Text;
        }
        return null;
    }

    /// <summary>The same arguments give the same text. A key that is missing is an <see cref="ArgumentException"/>: see <see cref="MissingKey"/>.</summary>
    internal void AppendTo(StringBuilder output, DateTimeOffset oldest, TimeZoneInfo zone, ImmutableSortedDictionary<string, string> keys, string errorType, Guid id)
    {
        var randoms = 0;
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case PartKind.Literal: output.Append(part.Text); break;
                case PartKind.Timestamp: part.Pattern!.Append(output, oldest, zone); break;
                case PartKind.ErrorOutputType: output.Append(errorType); break;
                case PartKind.RandomString: AppendRandom(output, id, randoms++); break;
                default: output.Append(keys.GetValueOrDefault(part.Key) ?? throw new ArgumentException($"The record has no partition key {part.Text}.", nameof(keys))); break;
            }
        }
    }

    /// <summary>Each use gets another text, and a redo with the same id the same one.</summary>
    private static void AppendRandom(StringBuilder output, Guid id, int use)
    {
        Span<byte> seed = stackalloc byte[17];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        id.TryWriteBytes(seed);
        seed[16] = (byte)use;
        SHA256.HashData(seed, hash);
        for (var i = 0; i < RandomLength; i++) output.Append(RandomLetters[hash[i] % RandomLetters.Length]);
    }

    /// <param name="Text">Of a literal; of a key its name as the user wrote it.</param>
    /// <param name="Key">Its name in the record.</param>
    private sealed record Part(PartKind Kind, string Text = "", string Key = "", JavaTimePattern? Pattern = null);
}
