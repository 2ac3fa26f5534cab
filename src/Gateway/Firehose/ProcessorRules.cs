using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>What each processor must and may be told.</summary>
internal static class ProcessorRules
{
    private sealed record Rule(ImmutableArray<string> Needed, ImmutableArray<string> Allowed);

    private static readonly ImmutableDictionary<string, Rule> s_rules = ImmutableDictionary<string, Rule>.Empty
        .Add("Lambda", new(["LambdaArn"], ["NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds"]))
        .Add("MetadataExtraction", new(["MetadataExtractionQuery", "JsonParsingEngine"], []))
        .Add("RecordDeAggregation", new(["SubRecordType"], ["Delimiter"]))
        .Add("AppendDelimiterToRecord", new([], ["Delimiter"]))
        .Add("Decompression", new([], ["CompressionFormat"]))
        .Add("CloudWatchLogProcessing", new([], ["DataMessageExtraction"]))
        .Add("AvroSerDe", new([], ["Compression"]));

    private static readonly ImmutableDictionary<string, ImmutableArray<string>> s_values = ImmutableDictionary<string, ImmutableArray<string>>.Empty
        .Add("JsonParsingEngine", ["JQ-1.6"])
        .Add("SubRecordType", ["JSON", "DELIMITED"])
        .Add("CompressionFormat", ["GZIP"])
        .Add("Compression", ["DEFLATE", "UNCOMPRESSED"])
        .Add("DataMessageExtraction", ["true", "false"]);

    /// <summary>Processors of a configuration that is not enabled are held to the same.</summary>
    public static void Check(JsonObject processing, Problems problems)
    {
        const string path = "ProcessingConfiguration.Processors";
        var processors = Processors(processing).ToList();
        if (processing["Enabled"]?.GetValue<bool>() == true && processors.Count == 0)
            problems.Add(path, "Processors must be given when ProcessingConfiguration is enabled.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < processors.Count; i++)
        {
            var (type, parameters) = processors[i];
            if (seen.Add(type)) CheckParameters(type, parameters, $"{path}[{i}]", problems);
            else problems.Add($"{path}[{i}].Type", $"Processors hold {type} more than once.");
        }
    }

    private static void CheckParameters(string type, List<(string Name, string Value)> parameters, string path, Problems problems)
    {
        var rule = s_rules[type];
        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, value) = parameters[i];
            if (!rule.Needed.Contains(name) && !rule.Allowed.Contains(name))
            {
                var takes = string.Join(", ", rule.Needed.Concat(rule.Allowed));
                problems.Add($"{path}.Parameters[{i}].ParameterName", $"Processor {type} takes no parameter {name}; allowed are {takes}.");
            }
            else if (s_values.TryGetValue(name, out var allowed) && !allowed.Contains(value))
            {
                problems.Add(
                    $"{path}.Parameters[{i}].ParameterValue", $"Parameter {name} of processor {type} is '{value}'; allowed are {string.Join(", ", allowed)}.");
            }
        }
        foreach (var name in rule.Needed.Where(n => parameters.All(p => p.Name != n)))
            problems.Add(path, $"Processor {type} needs the parameter {name}.");
    }

    /// <summary>Whether a processor of the type is in use.</summary>
    public static bool Has(JsonObject document, string type) =>
        DestinationDocuments.IsEnabled(document, "ProcessingConfiguration")
        && Processors((JsonObject)document["ProcessingConfiguration"]!).Any(p => p.Type == type);

    private static IEnumerable<(string Type, List<(string Name, string Value)> Parameters)> Processors(JsonObject processing) =>
        from processor in processing["Processors"] as JsonArray ?? []
        select (
            processor["Type"]!.GetValue<string>(),
            (from parameter in processor["Parameters"] as JsonArray ?? []
             select (parameter["ParameterName"]!.GetValue<string>(), parameter["ParameterValue"]!.GetValue<string>())).ToList());
}
