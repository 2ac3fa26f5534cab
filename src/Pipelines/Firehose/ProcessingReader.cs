using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Functions;
using ActorStreams.Pipelines.Firehose.Processing.Jq;
using ActorStreams.Pipelines.Firehose.Processing.Lines;
using ActorStreams.Pipelines.Firehose.Processing.Scripts;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose;

/// <param name="Delimiter">Behind each record in an object that is not converted; empty for none.</param>
/// <param name="QueryKeys">Names of the partition keys that a query gives.</param>
/// <param name="HasTransform">A function may give partition keys too.</param>
internal sealed record ProcessingPlan(ImmutableArray<IRecordStep> Steps, ReadOnlyMemory<byte> Delimiter, IReadOnlyList<string> QueryKeys, bool HasTransform)
{
    /// <summary>Codec where converted objects are Avro; null where they are not.</summary>
    public AvroCodec? Avro { get; init; }

    /// <summary>Whether a step is told where a record stood in its stream.</summary>
    public bool TellsSource => Steps.Any(s => s is FunctionTransform or ScriptTransform);

    public static readonly ProcessingPlan None = new([], default, [], false);
}

/// <summary>Reads <c>ProcessingConfiguration</c>: the steps stand in the order in which the service takes them, whatever order the document has.</summary>
internal sealed partial class ProcessingReader(FirehoseOptions options, HttpClient functions, TimeProvider time)
{
    private const string Served = "Decompression, CloudWatchLogProcessing, Lambda, RecordDeAggregation, MetadataExtraction, AppendDelimiterToRecord and AvroSerDe are.";
    private static readonly string[] s_order = ["Decompression", "CloudWatchLogProcessing", "Lambda", "RecordDeAggregation", "MetadataExtraction"];

    public ProcessingPlan Read(DeliveryDefinition definition, DeliveryDocument document)
    {
        var steps = new SortedDictionary<int, IRecordStep>();
        ReadOnlyMemory<byte> delimiter = default;
        IReadOnlyList<string> queryKeys = [];
        var hasTransform = false;
        AvroCodec? avro = null;
        if (document.Object("ProcessingConfiguration") is not { } processing || !processing.Flag("Enabled")) return ProcessingPlan.None;
        foreach (var processor in processing.Items("Processors"))
        {
            var type = processor.Text("Type");
            switch (type)
            {
                case "AppendDelimiterToRecord":
                    delimiter = Delimiters.OfText(Parameter(processor, "Delimiter") ?? @"\n");
                    continue;
                case "AvroSerDe":
                    avro = Parameter(processor, "Compression") is "UNCOMPRESSED" ? AvroCodec.None : AvroCodec.Deflate;
                    continue;
                case "Decompression":
                    Add(new GzipDecompression());
                    break;
                case "CloudWatchLogProcessing":
                    if (Parameter(processor, "DataMessageExtraction") is "true") Add(new LogMessages());
                    break;
                case "Lambda":
                    hasTransform = true;
                    Add(Transform(definition, processor));
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
        return new ProcessingPlan([.. steps.Values], delimiter, queryKeys, hasTransform) { Avro = avro };
    }

    private IRecordStep? Transform(DeliveryDefinition definition, DeliveryDocument processor)
    {
        var name = FunctionName().Match(Parameter(processor, "LambdaArn") ?? "").Groups[1].Value;
        if (!options.Functions.TryGetValue(name, out var function))
        {
            processor.Report("LambdaArn", $"the function '{name}' stands for nothing here; give its address, its script or what its lines are in the setting ActorStreams:Firehose:Functions:{name}.");
            return null;
        }
        var told = TransformEvent.Of(definition);
        if (function.Script is { } script) return Script(processor, script, told);
        if (LineConverters.Of(function, out var problem) is { } lines) return new LineConversion(lines);
        if (problem is not null)
        {
            processor.Report("LambdaArn", $"the setting ActorStreams:Firehose:Functions:{name}: {problem}");
            return null;
        }
        var asked = new FunctionOptions { Event = told };
        if (int.TryParse(Parameter(processor, "NumberOfRetries"), NumberStyles.None, CultureInfo.InvariantCulture, out var retries)) asked = asked with { NumberOfRetries = retries };
        if (double.TryParse(Parameter(processor, "BufferSizeInMBs"), NumberStyles.Float, CultureInfo.InvariantCulture, out var size)) asked = asked with { BufferSizeInMBs = size };
        return new FunctionTransform(functions, function.Url!, asked, time);
    }

    private static ScriptTransform? Script(DeliveryDocument processor, string path, TransformEvent told)
    {
        try
        {
            if (ScriptTransform.Create(File.ReadAllText(path), new ScriptOptions { Event = told }, out var error) is { } script) return script;
            processor.Report("LambdaArn", $"the script {path}: {error}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            processor.Report("LambdaArn", $"the script {path} cannot be read: {e.Message}");
        }
        return null;
    }

    /// <summary>Without its version or alias.</summary>
    [GeneratedRegex(@"function:([^:]+)")]
    private static partial Regex FunctionName();

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
