using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>The document of a destination: made from what requests say, completed by what the service assumes, and changed by updates.</summary>
internal static class DestinationDocuments
{
    // Of these only one member is there at a time, so another takes its place.
    private static readonly ImmutableArray<string> s_alternatives = ["EncryptionConfiguration", "Serializer", "Deserializer"];

    /// <summary>What the request says, member by member as the shape has them; what it does not know is left out.</summary>
    public static JsonObject Of(ShapeValues said, ImmutableArray<Member> members)
    {
        var document = new JsonObject();
        foreach (var member in members)
        {
            if (said.Raw(member.Name) is { } value) document[DestinationKind.NameInConfiguration(member.Name)] = Node(value, member);
        }
        return document;
    }

    /// <summary>The document with what the update says in it; the rest stays.</summary>
    public static JsonObject Merged(JsonObject document, JsonObject update)
    {
        var merged = (JsonObject)document.DeepClone();
        foreach (var (name, value) in update)
        {
            merged[name] = value is JsonObject changes && merged[name] is JsonObject present && !s_alternatives.Contains(name)
                ? Merged(present, changes)
                : value?.DeepClone();
        }
        return merged;
    }

    /// <summary>The document with all that the service assumes where nothing is said.</summary>
    public static JsonObject Completed(DestinationKind kind, JsonObject document)
    {
        var whole = (JsonObject)document.DeepClone();
        if (kind == DestinationKind.ExtendedS3)
        {
            var isLarge = IsEnabled(whole, "DataFormatConversionConfiguration") || IsEnabled(whole, "DynamicPartitioningConfiguration");
            CompleteS3(whole, isLarge ? FirehoseLimits.LargeBufferMBsDefault : 5);
            Assume(whole, "S3BackupMode", "Disabled");
            if (IsEnabled(whole, "DynamicPartitioningConfiguration")) Retry((JsonObject)whole["DynamicPartitioningConfiguration"]!, 300);
        }
        else
        {
            CompleteTarget(kind, whole);
            Assume(whole, "CloudWatchLoggingOptions", new JsonObject { ["Enabled"] = false });
            if (whole["S3Configuration"] is JsonObject staging) CompleteS3(staging);
        }
        if (whole["S3BackupConfiguration"] is JsonObject backup) CompleteS3(backup);
        return whole;
    }

    public static bool IsEnabled(JsonObject document, string member) => document[member] is JsonObject part && part["Enabled"] is JsonValue value && value.GetValue<bool>();

    private static void CompleteTarget(DestinationKind kind, JsonObject whole)
    {
        if (kind == DestinationKind.Redshift)
        {
            Retry(whole, 3600);
            Assume(whole, "S3BackupMode", "Disabled");
        }
        else if (kind == DestinationKind.HttpEndpoint)
        {
            Buffer(whole, 5, 300);
            Retry(whole, 300);
            Assume(whole, "S3BackupMode", "FailedDataOnly");
            Assume(whole, "RequestConfiguration", new JsonObject());
            Assume((JsonObject)whole["RequestConfiguration"]!, "ContentEncoding", "NONE");
        }
        else if (kind == DestinationKind.Splunk)
        {
            Buffer(whole, 5, 60);
            Retry(whole, 300);
            Assume(whole, "S3BackupMode", "FailedEventsOnly");
            Assume(whole, "HECAcknowledgmentTimeoutInSeconds", 180);
        }
        else
        {
            Buffer(whole, 5, 300);
            Retry(whole, 300);
            Assume(whole, "S3BackupMode", "FailedDocumentsOnly");
            Assume(whole, "IndexRotationPeriod", "OneDay");
            Assume(whole, "DocumentIdOptions", new JsonObject { ["DefaultDocumentIdFormat"] = "FIREHOSE_DEFAULT" });
        }
    }

    private static void CompleteS3(JsonObject whole, int sizeMBs = 5)
    {
        Buffer(whole, sizeMBs, 300);
        Assume(whole, "CompressionFormat", "UNCOMPRESSED");
        Assume(whole, "EncryptionConfiguration", new JsonObject { ["NoEncryptionConfig"] = "NoEncryption" });
        Assume(whole, "CloudWatchLoggingOptions", new JsonObject { ["Enabled"] = false });
    }

    private static void Buffer(JsonObject whole, int sizeMBs, int intervalSeconds)
    {
        Assume(whole, "BufferingHints", new JsonObject());
        var hints = (JsonObject)whole["BufferingHints"]!;
        Assume(hints, "SizeInMBs", sizeMBs);
        Assume(hints, "IntervalInSeconds", intervalSeconds);
    }

    private static void Retry(JsonObject whole, int seconds)
    {
        Assume(whole, "RetryOptions", new JsonObject());
        Assume((JsonObject)whole["RetryOptions"]!, "DurationInSeconds", seconds);
    }

    private static void Assume(JsonObject whole, string member, JsonNode value)
    {
        if (!whole.ContainsKey(member)) whole[member] = value;
    }

    private static JsonNode Node(object value, Member member) => value switch
    {
        string text => text,
        int number => number,
        bool flag => flag,
        ShapeValues values => Of(values, member.Members),
        IReadOnlyList<ShapeValues> structures => new JsonArray([.. structures.Select(s => (JsonNode)Of(s, member.Members))]),
        IReadOnlyList<string> texts => new JsonArray([.. texts.Select(t => (JsonNode)t)]),
        IReadOnlyDictionary<string, string> map => new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
        _ => throw new InvalidOperationException($"{member.Name} of type {member.Type} has no form in a document."),
    };
}
