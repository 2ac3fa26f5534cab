using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

/// <summary>A document of the kind <c>DeliveryStream</c>. Its destination is the API's own, member by member.</summary>
internal sealed class DeliveryStreamResource(ApplyDocument document, string name) : ApplyResource(document, KindName, name)
{
    public const string KindName = "DeliveryStream";

    private const string NoEncryption = "none";
    private const string Suffix = "Configuration";
    private const string EncryptionInput = "DeliveryStreamEncryptionConfigurationInput";

    public static readonly string[] Members = ["kind", "name", "source", "destination", "encryption", "tags"];

    private static readonly (string Request, string Document)[] s_members =
    [
        ("DeliveryStreamName", "name"), ("SourceStreamName", "source"), (EncryptionInput, "encryption"), ("Destination", "destination"), ("Tags", "tags"),
    ];

    // Of the members that are secret, with whether they are others than those that are there; null where that is not told.
    private readonly Dictionary<string, bool?> _secrets = new(StringComparer.Ordinal);

    private bool IsWithoutEncryption => Said("encryption") is JsonValue said && said.TryGetValue<string>(out var text) && text == NoEncryption;

    private string _destinationId = "";

    /// <summary>Such as <c>ExtendedS3DestinationConfiguration</c>.</summary>
    private string KindOfDestination => ((JsonObject)Document.Root["destination"]!).First(d => d.Value is not null).Key;

    public override async Task CheckAsync(ApplyServices services, IReadOnlySet<string> coming, CancellationToken cancel)
    {
        var request = new JsonObject { ["DeliveryStreamName"] = Name, ["SourceStreamName"] = Said("source"), ["Destination"] = Said("destination") };
        request["ComingStreams"] = new JsonArray([.. coming.Where(Names).Select(n => JsonValue.Create(n))]);
        if (Said("encryption") is JsonObject encryption) request[EncryptionInput] = encryption;
        else if (Said("encryption") is { } other && !IsWithoutEncryption) Document.Error("encryption", $"is {other.ToJsonString()}; it takes {NoEncryption}, or KeyType and KeyARN.");
        if (Said("tags") is JsonObject tags) request["Tags"] = TagList(tags);
        else if (Said("tags") is not null) Document.Error("tags", "takes names and values, such as team: doors.");
        var findings = await services.FirehoseAsync("CheckDeliveryStream", request, cancel);
        Note(WithNamesOfTags(findings), s_members);
        foreach (var secret in findings["Secrets"]!.AsArray()) _secrets[PathOf((string)secret!["Path"]!, s_members)] = (bool?)secret["IsChanged"];
    }

    /// <summary>Whether the stream is read, or is the destination.</summary>
    private bool Names(string stream) =>
        Text(Said("source")) == stream
        || Text((Said("destination") as JsonObject)?["HttpEndpointDestinationConfiguration"] is JsonObject http ? (http["EndpointConfiguration"] as JsonObject)?["Url"] : null)
            is { } url && url.EndsWith($":stream/{stream}", StringComparison.Ordinal);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public override async Task<Drift> CompareAsync(ApplyServices services, CancellationToken cancel)
    {
        if (await services.FindDeliveryStreamAsync(Name, cancel) is not { } there) return Drift.Missing;
        var comparison = new Comparison(Document);
        var kind = KindOfDestination;
        var destination = there["Destinations"]![0]!;
        _destinationId = (string)destination["DestinationId"]!;
        var described = destination[kind[..^Suffix.Length] + "Description"] as JsonObject;
        comparison.Compare($"destination.{kind}", Said("destination")![kind], AsConfigured(described), _secrets.Keys.ToHashSet());
        foreach (var (path, _) in _secrets.Where(s => s.Value == true)) comparison.AddSecret(path);
        var encryption = there["DeliveryStreamEncryptionConfiguration"];
        var isSealed = (string?)encryption?["Status"] == "ENABLED";
        comparison.Compare("encryption", Said("encryption"), isSealed ? encryption : NoEncryption);
        if (Said("tags") is { } tags)
        {
            var listed = await services.FirehoseAsync("ListTagsForDeliveryStream", new JsonObject { ["DeliveryStreamName"] = Name }, cancel);
            comparison.Compare("tags", tags, TagMap(listed["Tags"]!));
        }
        return new Drift(true, comparison.Found, (string)there["VersionId"]!) { Unknown = [.. _secrets.Where(s => s.Value is null).Select(s => s.Key)] };
    }

    public override async Task MakeAsync(ApplyServices services, Drift drift, CancellationToken cancel)
    {
        if (!drift.IsThere) await services.FirehoseAsync("CreateDeliveryStream", await NewAsync(services, cancel), cancel);
        if (drift.Has("destination")) await services.FirehoseAsync("UpdateDestination", Update(drift), cancel);
        if (drift.Has("tags"))
            await services.FirehoseAsync("TagDeliveryStream", new JsonObject { ["DeliveryStreamName"] = Name, ["Tags"] = TagList((JsonObject)Said("tags")!) }, cancel);
        if (drift.Has("encryption"))
        {
            var request = new JsonObject { ["DeliveryStreamName"] = Name };
            if (!IsWithoutEncryption) request[EncryptionInput] = Said("encryption");
            await services.FirehoseAsync($"{(IsWithoutEncryption ? "Stop" : "Start")}DeliveryStreamEncryption", request, cancel);
        }
        await services.ActiveDeliveryStreamAsync(Name, cancel);
    }

    /// <summary>Tags of an answer by their names.</summary>
    public static JsonObject TagMap(JsonNode tags) => new(tags.AsArray().Select(t => KeyValuePair.Create((string)t!["Key"]!, t["Value"]?.DeepClone())));

    private static JsonArray TagList(JsonObject tags) => new([.. tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value?.DeepClone() })]);

    private async Task<JsonObject> NewAsync(ApplyServices services, CancellationToken cancel)
    {
        var request = new JsonObject { ["DeliveryStreamName"] = Name, ["DeliveryStreamType"] = "DirectPut", [KindOfDestination] = Said("destination")![KindOfDestination]!.DeepClone() };
        if (Said("tags") is JsonObject { Count: > 0 } tags) request["Tags"] = TagList(tags);
        if (!IsWithoutEncryption && Said("encryption") is { } encryption) request[EncryptionInput] = encryption;
        if ((string?)Said("source") is not { } source) return request;
        var arn = (string)(await services.ActiveStreamAsync(source, cancel))["StreamARN"]!;
        request["DeliveryStreamType"] = "KinesisStreamAsSource";
        // The API wants a role, and there are none here.
        request["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = arn, ["RoleARN"] = $"arn:aws:iam::{arn.Split(':')[4]}:role/apply" };
        return request;
    }

    /// <summary>An update of the members that differ, at the version that was looked at: another one that came in between is not undone.</summary>
    private JsonObject Update(Drift drift)
    {
        var kind = KindOfDestination;
        var update = new JsonObject();
        foreach (var (member, value) in (JsonObject)Said("destination")![kind]!)
        {
            if (drift.Has($"destination.{kind}.{member}")) update[member switch { "S3Configuration" => "S3Update", "S3BackupConfiguration" => "S3BackupUpdate", _ => member }] = value?.DeepClone();
        }
        return new JsonObject
        {
            ["DeliveryStreamName"] = Name,
            ["CurrentDeliveryStreamVersionId"] = drift.Version,
            ["DestinationId"] = _destinationId,
            [kind[..^Suffix.Length] + "Update"] = update,
        };
    }

    /// <summary>A description under the names that a configuration has.</summary>
    private static JsonObject? AsConfigured(JsonObject? described) => described is null ? null : new JsonObject(described.Select(member => KeyValuePair.Create(
        member.Key switch
        {
            "S3DestinationDescription" => "S3Configuration",
            "S3BackupDescription" => "S3BackupConfiguration",
            "VpcConfigurationDescription" => "VpcConfiguration",
            _ => member.Key,
        },
        member.Value?.DeepClone())));

    /// <summary>Findings that call a tag by its name rather than by its place in the list.</summary>
    private JsonObject WithNamesOfTags(JsonObject findings)
    {
        if (Said("tags") is not JsonObject tags) return findings;
        foreach (var problem in findings["Problems"]!.AsArray())
        {
            var path = (string)problem!["Path"]!;
            if (!path.StartsWith("Tags[", StringComparison.Ordinal)) continue;
            var index = int.Parse(path.AsSpan(5, path.IndexOf(']') - 5), CultureInfo.InvariantCulture);
            problem["Path"] = $"Tags.{tags.ElementAt(index).Key}";
        }
        return findings;
    }
}
