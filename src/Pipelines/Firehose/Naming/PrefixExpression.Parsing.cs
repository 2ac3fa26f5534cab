using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Naming;

public sealed partial class PrefixExpression
{
    private const string Namespaces = "timestamp, firehose, partitionKeyFromQuery, partitionKeyFromLambda";

    public static PrefixExpression? Parse(string text, out TextError? error)
    {
        var parts = new List<Part>();
        var at = 0;
        while (at < text.Length)
        {
            var start = text.IndexOf("!{", at, StringComparison.Ordinal);
            if (start < 0) start = text.Length;
            if (start > at) parts.Add(new Part(PartKind.Literal, text[at..start]));
            if (start == text.Length) break;
            var end = EndOf(text, start + 2);
            if (end < 0)
            {
                error = new TextError(start + 1, "The expression is not closed by }.");
                return null;
            }
            if (ParseExpression(text, start + 2, end, out error) is not { } part) return null;
            parts.Add(part);
            at = end + 1;
        }
        error = null;
        return new PrefixExpression(text, parts);
    }

    /// <summary>The next } outside of quotes, which only timestamps have; -1 when there is none.</summary>
    private static int EndOf(string text, int start)
    {
        var isTimestamp = text.AsSpan(start).StartsWith("timestamp:", StringComparison.Ordinal);
        var isQuoted = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\'' && isTimestamp) isQuoted = !isQuoted;
            else if (text[i] == '}' && !isQuoted) return i;
        }
        return -1;
    }

    private static Part? ParseExpression(string text, int start, int end, out TextError? error)
    {
        error = null;
        var colon = text.IndexOf(':', start, end - start);
        if (colon < 0)
        {
            error = new TextError(start + 1, "The expression has no colon; it is !{namespace:value}.");
            return null;
        }
        var value = text[(colon + 1)..end];
        switch (text[start..colon])
        {
            case "timestamp":
                var pattern = JavaTimePattern.Parse(value, out var wrong);
                if (wrong is not null) error = wrong with { Position = colon + 1 + wrong.Position };
                return pattern is null ? null : new Part(PartKind.Timestamp, Pattern: pattern);
            case "firehose" when value == "random-string": return new Part(PartKind.RandomString);
            case "firehose" when value == "error-output-type": return new Part(PartKind.ErrorOutputType);
            case "firehose":
                error = new TextError(colon + 2, $"\"{value}\" is no value of firehose; allowed are random-string and error-output-type.");
                return null;
            case "partitionKeyFromQuery" when value.Length > 0: return new Part(PartKind.QueryKey, value, PartitionKeyNames.FromQuery(value));
            case "partitionKeyFromLambda" when value.Length > 0: return new Part(PartKind.LambdaKey, value, PartitionKeyNames.FromLambda(value));
            case "partitionKeyFromQuery" or "partitionKeyFromLambda":
                error = new TextError(colon + 2, "The name of the partition key is missing.");
                return null;
            case var name:
                error = new TextError(start + 1, $"\"{name}\" is no namespace; allowed are {Namespaces}.");
                return null;
        }
    }
}
