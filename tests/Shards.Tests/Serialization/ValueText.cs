using System.Collections;
using System.Globalization;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>
/// A value as text, down to its bytes: records compare arrays and memory by reference, this compares what they hold. A default
/// array and an empty one are the same.
/// </summary>
public static class ValueText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        RecordBatch batch => batch.KeyName + Convert.ToHexString(batch.Encoded.Span),
        RecordBlock block => $"{block.Count}:{Convert.ToHexString(block.Bytes.Span)}",
        ProducerPosition or HashKeyRange or CallEntries => value.ToString()!,
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        IDictionary entries => $"{{{string.Join(", ", entries.Keys.Cast<object>().Select(Of).Order(StringComparer.Ordinal).Zip(Values(entries)))}}}",
        IEnumerable items when IsDefaultArray(items) => "[]",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Of))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", Properties(value))})",
    };

    private static IEnumerable<string> Values(IDictionary entries) =>
        entries.Keys.Cast<object>().OrderBy(Of, StringComparer.Ordinal).Select(key => Of(entries[key]));

    private static bool IsDefaultArray(IEnumerable items) => items.GetType().GetProperty("IsDefault")?.GetValue(items) is true;

    // What can't be set follows from what can.
    private static IEnumerable<string> Properties(object value) => value.GetType().GetProperties()
        .Where(property => property.CanWrite && property.GetMethod is { IsStatic: false })
        .Select(property => $"{property.Name}={Of(property.GetValue(value))}");
}
