using System.Text.Json.Nodes;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Reads members of a destination's document; every error names the member, and all are reported at once.</summary>
internal sealed class DeliveryDocument(JsonObject root, string path, List<string> errors)
{
    public JsonObject Root => root;

    public string PathOf(string member) => path.Length == 0 ? member : $"{path}.{member}";

    public void Report(string member, string problem) => errors.Add($"{PathOf(member)}: {problem}");

    /// <summary>A sentence that names its member itself.</summary>
    public void Report(string problem) => errors.Add(path.Length == 0 ? problem : $"{path}: {problem}");

    /// <summary>Null where it is not there.</summary>
    public DeliveryDocument? Object(string member) => root[member] is JsonObject child ? new DeliveryDocument(child, PathOf(member), errors) : null;

    public IEnumerable<DeliveryDocument> Items(string member) => root[member] is JsonArray items
        ? items.OfType<JsonObject>().Select((item, i) => new DeliveryDocument(item, $"{PathOf(member)}[{i}]", errors))
        : [];

    public string? Text(string member) => root[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public long? Number(string member) => root[member] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    public bool Flag(string member) => root[member] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
