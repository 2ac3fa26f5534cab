using System.Text.Json;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>
/// A query of dynamic partitioning, such as <c>{customer: .customer.id, day: (.time | strftime("%d"))}</c>: an object whose values are made
/// by the subset of jq 1.6 that <c>docs/firehose-processing.md</c> lists. Parsed once; safe for many threads.
/// </summary>
public sealed class JqQuery
{
    /// <summary>Of the text, as a parameter of a Firehose processor may have; it also bounds how deep the evaluation goes.</summary>
    public const int LengthMax = 5_120;

    private readonly JqNode _input;
    private readonly IReadOnlyList<JqNode> _values;

    private JqQuery(IReadOnlyList<string> names, IReadOnlyList<JqNode> values, JqNode input)
    {
        Names = names;
        _values = values;
        _input = input;
    }

    /// <summary>Of the keys that it gives, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Null with an error when the text is no query, or one beyond the subset.</summary>
    public static JqQuery? Parse(string text, out TextError? error)
    {
        if (text.Length > LengthMax)
        {
            error = new TextError(LengthMax + 1, $"The query has {text.Length} characters; up to {LengthMax} are allowed.");
            return null;
        }
        return JqParser.Parse(text, out error) is var (names, values, input) ? new JqQuery(names, values, input) : null;
    }

    /// <summary>Fills in the values of <see cref="Names"/>; or says why the record has none, as a sentence.</summary>
    public string? Read(JsonElement record, Span<string> values)
    {
        var at = -1;
        try
        {
            var input = _input.Of(JqValue.Of(record));
            for (at = 0; at < _values.Count; at++)
            {
                var value = _values[at].Of(input);
                if (value.Kind is JqKind.Empty or JqKind.Null || value is { Kind: JqKind.String, Text.Length: 0 })
                    return $"partitionKeys values must not be null or empty: {Names[at]}.";
                if (value.Kind is JqKind.Array or JqKind.Object)
                    return $"The partition key {Names[at]} is an {value.Name}; text, numbers and truth values are allowed.";
                values[at] = value.ToText();
            }
            return null;
        }
        catch (JqException e)
        {
            return at < 0 ? $"The query failed: {e.Message}." : $"The query failed at the key {Names[at]}: {e.Message}.";
        }
    }
}
