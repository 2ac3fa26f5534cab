using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Writes delivery streams as DescribeDeliveryStream shows them: without secrets.</summary>
internal static class DeliveryDescription
{
    /// <summary>A delivery stream has one destination, which is always this one.</summary>
    public const string DestinationId = "destinationId-000000000001";

    /// <param name="withDestination">False on the page after its only destination.</param>
    public static void Write(AnswerWriter writer, DeliveryStream stream, string account, bool withDestination)
    {
        writer.String("DeliveryStreamName", stream.Id.Name);
        writer.String("DeliveryStreamARN", DeliveryStreamReference.Arn(stream.Id, account));
        writer.String("DeliveryStreamStatus", StatusOf(stream.Status));
        if (stream.Failure is { } failure)
        {
            writer.Object("FailureDescription", w =>
            {
                w.String("Type", "UNKNOWN_ERROR");
                w.String("Details", failure);
            });
        }
        if (stream.Source == DeliverySource.DirectPut) writer.Object("DeliveryStreamEncryptionConfiguration", w => WriteEncryption(w, stream.EncryptionKey));
        writer.String("DeliveryStreamType", stream.Source.ToString());
        writer.String("VersionId", stream.Version.ToString(CultureInfo.InvariantCulture));
        writer.Timestamp("CreateTimestamp", stream.CreatedAt);
        writer.Timestamp("LastUpdateTimestamp", stream.UpdatedAt);
        if (stream.Stream is { } source)
        {
            writer.Object("Source", w => w.Object("KinesisStreamSourceDescription", s =>
            {
                s.String("KinesisStreamARN", Kinesis.StreamReference.Arn(source, account));
                s.String("RoleARN", stream.SourceRoleArn);
                s.Timestamp("DeliveryStartTimestamp", stream.DeliveryStart);
            }));
        }
        writer.List("Destinations", withDestination ? [stream.Destination] : (DeliveryDestination[])[], WriteDestination);
        writer.Bool("HasMoreDestinations", false);
    }

    private static JsonObject Shown(JsonObject configuration)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in DestinationSecrets.Removed(configuration)) shown[NameInDescription(name)] = value?.DeepClone();
        // The shape wants one, and there is no such network here.
        if (shown["VpcConfigurationDescription"] is JsonObject vpc) vpc["VpcId"] = "none";
        return shown;
    }

    private static void WriteDestination(AnswerWriter writer, DeliveryDestination destination)
    {
        writer.String("DestinationId", DestinationId);
        var shown = Shown(destination.Configuration);
        if (destination.Kind == DestinationKind.ExtendedS3.Name)
        {
            // For clients that know nothing of the extended one.
            writer.Object("S3DestinationDescription", w => WriteMembers(w, shown, DestinationMembers.S3));
        }
        writer.Object($"{destination.Kind}DestinationDescription", w => WriteMembers(w, shown));
    }

    private static void WriteEncryption(AnswerWriter writer, string? key)
    {
        writer.String("Status", key is null ? "DISABLED" : "ENABLED");
        if (key is null) return;
        writer.String("KeyType", DeliveryEncryption.IsOwned(key) ? "AWS_OWNED_CMK" : "CUSTOMER_MANAGED_CMK");
        if (!DeliveryEncryption.IsOwned(key)) writer.String("KeyARN", key);
    }

    private static void WriteMembers(AnswerWriter writer, JsonObject document, ImmutableArray<Member> members)
    {
        foreach (var member in members)
        {
            if (document[member.Name] is { } value) WriteMember(writer, member.Name, value);
        }
    }

    private static void WriteMembers(AnswerWriter writer, JsonObject document)
    {
        foreach (var (name, value) in document)
        {
            if (value is not null) WriteMember(writer, name, value);
        }
    }

    private static void WriteMember(AnswerWriter writer, string name, JsonNode value)
    {
        switch (value)
        {
            case JsonObject part:
                writer.Object(name, w => WriteMembers(w, part));
                break;
            case JsonArray list:
                writer.StartArray(name);
                foreach (var item in list) WriteItem(writer, item!);
                writer.EndArray();
                break;
            case JsonValue single when single.TryGetValue<string>(out var text):
                writer.String(name, text);
                break;
            case JsonValue single when single.TryGetValue<bool>(out var flag):
                writer.Bool(name, flag);
                break;
            case JsonValue single:
                writer.Number(name, single.TryGetValue<int>(out var number) ? number : single.GetValue<long>());
                break;
        }
    }

    private static void WriteItem(AnswerWriter writer, JsonNode item)
    {
        if (item is not JsonObject part)
        {
            writer.StringValue(item.GetValue<string>());
            return;
        }
        writer.StartObject();
        WriteMembers(writer, part);
        writer.EndObject();
    }

    private static string NameInDescription(string name) => name switch
    {
        "S3Configuration" => "S3DestinationDescription",
        "S3BackupConfiguration" => "S3BackupDescription",
        "VpcConfiguration" => "VpcConfigurationDescription",
        _ => name,
    };

    public static string StatusOf(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Creating => "CREATING",
        DeliveryStatus.CreatingFailed => "CREATING_FAILED",
        DeliveryStatus.Active => "ACTIVE",
        DeliveryStatus.Deleting => "DELETING",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status is known."),
    };
}
