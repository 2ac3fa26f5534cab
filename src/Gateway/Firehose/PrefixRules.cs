using System.Text.Json.Nodes;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Which expressions, <c>!{namespace:value}</c>, the names of objects may have where. What a value may be is for whoever makes the names to say.</summary>
internal static class PrefixRules
{
    private const string ErrorType = "firehose:error-output-type";
    private const string FromQuery = "partitionKeyFromQuery";
    private const string FromLambda = "partitionKeyFromLambda";

    public static bool HasExpressions(string? prefix) => prefix?.Contains("!{", StringComparison.Ordinal) == true;

    /// <param name="document">With Prefix and ErrorOutputPrefix.</param>
    /// <param name="path">Before their names in texts.</param>
    /// <param name="isPartitioned">Records are sorted by keys, which the prefix must name.</param>
    public static void Check(JsonObject document, string path, bool isPartitioned, Problems problems)
    {
        var (prefix, errorPrefix) = (document["Prefix"]?.GetValue<string>(), document["ErrorOutputPrefix"]?.GetValue<string>());
        var expressions = Expressions(prefix, path + "Prefix", problems);
        var errorExpressions = Expressions(errorPrefix, path + "ErrorOutputPrefix", problems);
        // Of what is not understood nothing more can be said.
        if (expressions is null || errorExpressions is null) return;
        if (expressions.Contains(ErrorType)) Refuse("Prefix", $"must not have !{{{ErrorType}}}; it stands in ErrorOutputPrefix only.");
        if (expressions.Count > 0 && string.IsNullOrEmpty(errorPrefix)) Refuse("ErrorOutputPrefix", "must be given when Prefix has expressions.");
        if (errorExpressions.Count > 0 && !errorExpressions.Contains(ErrorType))
            Refuse("ErrorOutputPrefix", $"has expressions, so it must have !{{{ErrorType}}} too.");
        if (errorExpressions.Exists(IsPartitionKey)) Refuse("ErrorOutputPrefix", "must not name partition keys.");
        var isByKeys = expressions.Exists(IsPartitionKey);
        if (isByKeys && !isPartitioned) Refuse("Prefix", "names partition keys, which needs Dynamic Partitioning to be enabled.");
        if (!isPartitioned) return;
        if (!isByKeys) problems.Add(path + "Prefix", "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled.");
        Need(document, expressions, FromQuery, "MetadataExtraction", problems);
        Need(document, expressions, FromLambda, "Lambda", problems);

        void Refuse(string member, string text) => problems.Add(path + member, $"{path}{member} {text}");
    }

    private static void Need(JsonObject document, List<string> expressions, string name, string processor, Problems problems)
    {
        if (expressions.Exists(e => NamespaceOf(e) == name) && !ProcessorRules.Has(document, processor))
            problems.Add("Prefix", $"Prefix has !{{{name}:...}}, which needs a processor of type {processor}.");
    }

    private static bool IsPartitionKey(string expression) => NamespaceOf(expression) is FromQuery or FromLambda;

    /// <summary>Each as it stands between the braces; null where they are not understood.</summary>
    private static List<string>? Expressions(string? prefix, string member, Problems problems)
    {
        var found = new List<string>();
        for (var from = 0; prefix is not null && prefix.IndexOf("!{", from, StringComparison.Ordinal) is var start and >= 0;)
        {
            var end = prefix.IndexOf('}', start);
            if (end < 0)
            {
                problems.Add(member, $"{member} has an expression that does not end: '{prefix[start..]}'.");
                return null;
            }
            var expression = prefix[(start + 2)..end];
            if (NamespaceOf(expression) is not ("timestamp" or "firehose" or FromQuery or FromLambda))
            {
                problems.Add(
                    member,
                    $"{member} has the expression !{{{expression}}}; allowed are !{{timestamp:...}}, !{{firehose:random-string}}, !{{{ErrorType}}}, !{{{FromQuery}:...}} and !{{{FromLambda}:...}}.");
                return null;
            }
            found.Add(expression);
            from = end;
        }
        return found;
    }

    private static string NamespaceOf(string expression) => expression.IndexOf(':') is > 0 and var colon ? expression[..colon] : "";
}
