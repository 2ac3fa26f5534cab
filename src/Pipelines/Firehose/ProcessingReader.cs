using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Jq;

namespace ActorStreams.Pipelines.Firehose;

/// <param name="Delimiter">Behind each record in an object that is not converted; empty for none.</param>
/// <param name="QueryKeys">Names of the partition keys that a query gives.</param>
internal sealed record ProcessingPlan(ImmutableArray<IRecordStep> Steps, ReadOnlyMemory<byte> Delimiter, IReadOnlyList<string> QueryKeys);

/// <summary>Reads <c>ProcessingConfiguration</c>: the steps stand in the order in which the service takes them, whatever order the document has.</summary>
internal static class ProcessingReader
{
    private const string Served = "Decompression, CloudWatchLogProcessing, RecordDeAggregation, MetadataExtraction and AppendDelimiterToRecord are.";
    private static readonly string[] s_order = ["Decompression", "CloudWatchLogProcessing", "RecordDeAggregation", "MetadataExtraction"];

    public static ProcessingPlan Read(DeliveryDocument document)
    {
        var steps = new SortedDictionary<int, IRecordStep>();
        ReadOnlyMemory<byte> delimiter = default;
        IReadOnlyList<string> queryKeys = [];
        if (document.Object("ProcessingConfiguration") is not { } processing || !processing.Flag("Enabled")) return new ProcessingPlan([], default, []);
        foreach (var processor in processing.Items("Processors"))
        {
            var type = processor.Text("Type");
            switch (type)
            {
                case "AppendDelimiterToRecord":
                    delimiter = Delimiters.OfText(Parameter(processor, "Delimiter") ?? @"\n");
                    continue;
                case "Decompression":
                    Add(new GzipDecompression());
                    break;
                case "CloudWatchLogProcessing":
                    if (Parameter(processor, "DataMessageExtraction") is "true") Add(new LogMessages());
                    break;
                case "RecordDeAggregation":
                    Add(SubRecordsOf(processor));
                    break;
                case "MetadataExtraction":
                    var query = JqQuery.Parse(Parameter(processor, "MetadataExtractionQuery") ?? "", out var error);
                    if (query is null) processor.Report("MetadataExtractionQuery", $"character {error!.Position}: {error.Message}");
                    else Add(new MetadataExtraction(query));
                    queryKeys = query?.Names ?? [];
                    break;
                default:
                    processor.Report("Type", $"'{type}' is not served; {Served}");
                    break;
            }

            void Add(IRecordStep? step)
            {
                if (step is not null && !steps.TryAdd(Array.IndexOf(s_order, type), step)) processor.Report("Type", $"'{type}' stands there twice; once is allowed.");
            }
        }
        return new ProcessingPlan([.. steps.Values], delimiter, queryKeys);
    }

    private static SubRecords? SubRecordsOf(DeliveryDocument processor)
    {
        if (Parameter(processor, "SubRecordType") is "JSON") return new SubRecords(null);
        if (Delimiters.OfBase64(Parameter(processor, "Delimiter") ?? "") is { } between) return new SubRecords(between);
        processor.Report("Delimiter", "of the sub-record type DELIMITED has to be Base64 of at least one byte.");
        return null;
    }

    private static string? Parameter(DeliveryDocument processor, string name) =>
        processor.Items("Parameters").LastOrDefault(p => p.Text("ParameterName") == name)?.Text("ParameterValue");
}
