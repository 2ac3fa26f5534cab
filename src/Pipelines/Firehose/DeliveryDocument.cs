using System.Text.Json.Nodes;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Reads members of a destination's document; all problems are reported at once, each with the path of the member.</summary>
internal sealed class DeliveryDocument(JsonObject root, string path, List<DeliveryProblem> problems)
{
    public JsonObject Root => root;

    /// <summary>So far, of the whole document.</summary>
    public int ProblemCount => problems.Count;

    public string PathOf(string member) => path.Length == 0 ? member : $"{path}.{member}";

    public void Report(string member, string problem) => problems.Add(new DeliveryProblem(PathOf(member), problem));

    /// <summary>Null where it is not there.</summary>
    public DeliveryDocument? Object(string member) => root[member] is JsonObject child ? new DeliveryDocument(child, PathOf(member), problems) : null;

    public IEnumerable<DeliveryDocument> Items(string member) => root[member] is JsonArray items
        ? items.OfType<JsonObject>().Select((item, i) => new DeliveryDocument(item, $"{PathOf(member)}[{i}]", problems))
        : [];

    public string? Text(string member) => root[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public long? Number(string member) => root[member] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    public bool Flag(string member) => root[member] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
