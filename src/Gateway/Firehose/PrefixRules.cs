using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Which expressions, <c>!{namespace:value}</c>, the names of objects may have where. What a value may be is for whoever makes the names to say.</summary>
internal static class PrefixRules
{
    private const string ErrorType = "firehose:error-output-type";
    private const string FromQuery = "partitionKeyFromQuery";
    private const string FromLambda = "partitionKeyFromLambda";

    public static bool HasExpressions(string? prefix) => prefix?.Contains("!{", StringComparison.Ordinal) == true;

    /// <summary>Throws the InvalidArgumentException.</summary>
    /// <param name="document">With Prefix and ErrorOutputPrefix.</param>
    /// <param name="path">Before their names in texts.</param>
    /// <param name="isPartitioned">Records are sorted by keys, which the prefix must name.</param>
    public static void Check(JsonObject document, string path, bool isPartitioned)
    {
        var (prefix, errorPrefix) = (document["Prefix"]?.GetValue<string>(), document["ErrorOutputPrefix"]?.GetValue<string>());
        var expressions = Expressions(prefix, path + "Prefix");
        var errorExpressions = Expressions(errorPrefix, path + "ErrorOutputPrefix");
        if (expressions.Contains(ErrorType)) throw KinesisErrors.InvalidArgument($"{path}Prefix must not have !{{{ErrorType}}}; it stands in ErrorOutputPrefix only.");
        if (expressions.Count > 0 && string.IsNullOrEmpty(errorPrefix))
            throw KinesisErrors.InvalidArgument($"{path}ErrorOutputPrefix must be given when Prefix has expressions.");
        if (errorExpressions.Count > 0 && !errorExpressions.Contains(ErrorType))
            throw KinesisErrors.InvalidArgument($"{path}ErrorOutputPrefix has expressions, so it must have !{{{ErrorType}}} too.");
        if (errorExpressions.Exists(IsPartitionKey)) throw KinesisErrors.InvalidArgument($"{path}ErrorOutputPrefix must not name partition keys.");
        var isByKeys = expressions.Exists(IsPartitionKey);
        if (isByKeys && !isPartitioned)
            throw KinesisErrors.InvalidArgument($"{path}Prefix names partition keys, which needs Dynamic Partitioning to be enabled.");
        if (!isPartitioned) return;
        if (!isByKeys) throw KinesisErrors.InvalidArgument("S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled.");
        Need(document, expressions, FromQuery, "MetadataExtraction");
        Need(document, expressions, FromLambda, "Lambda");
    }

    private static void Need(JsonObject document, List<string> expressions, string name, string processor)
    {
        if (expressions.Exists(e => NamespaceOf(e) == name) && !ProcessorRules.Has(document, processor))
            throw KinesisErrors.InvalidArgument($"Prefix has !{{{name}:...}}, which needs a processor of type {processor}.");
    }

    private static bool IsPartitionKey(string expression) => NamespaceOf(expression) is FromQuery or FromLambda;

    /// <summary>Each as it stands between the braces.</summary>
    private static List<string> Expressions(string? prefix, string member)
    {
        var found = new List<string>();
        for (var from = 0; prefix is not null && prefix.IndexOf("!{", from, StringComparison.Ordinal) is var start and >= 0;)
        {
            var end = prefix.IndexOf('}', start);
            if (end < 0) throw KinesisErrors.InvalidArgument($"{member} has an expression that does not end: '{prefix[start..]}'.");
            var expression = prefix[(start + 2)..end];
            if (NamespaceOf(expression) is not ("timestamp" or "firehose" or FromQuery or FromLambda))
            {
                throw KinesisErrors.InvalidArgument(
                    $"{member} has the expression !{{{expression}}}; allowed are !{{timestamp:...}}, !{{firehose:random-string}}, !{{{ErrorType}}}, !{{{FromQuery}:...}} and !{{{FromLambda}:...}}.");
            }
            found.Add(expression);
            from = end;
        }
        return found;
    }

    private static string NamespaceOf(string expression) => expression.IndexOf(':') is > 0 and var colon ? expression[..colon] : "";
}
