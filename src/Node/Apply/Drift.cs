using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorStreams.Node.Apply;

/// <param name="Path">In the document.</param>
/// <param name="Was">The node's value, as it is shown.</param>
/// <param name="Is">The file's.</param>
internal sealed record Difference(string Path, string Was, string Is)
{
    public override string ToString() => $"{Path}: {Was} -> {Is}";
}

/// <summary>What differs between a document and the node. What the document does not say never does.</summary>
/// <param name="IsThere">The node has it; what is not there has no differences.</param>
/// <param name="Version">Of a delivery stream when it was looked at.</param>
internal sealed record Drift(bool IsThere, IReadOnlyList<Difference> Differences, string Version = "")
{
    /// <summary>Paths of secrets of which the node does not say whether they differ.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    public static readonly Drift Missing = new(false, []);

    public bool IsEmpty => IsThere && Differences.Count == 0;

    public bool Has(string path) => Differences.Any(d => d.Path == path || d.Path.StartsWith(path + ".", StringComparison.Ordinal) || d.Path.StartsWith(path + "[", StringComparison.Ordinal));
}

/// <summary>Compares what a document says with what the node answers, member by member.</summary>
/// <param name="document">Says what is not to be shown.</param>
internal sealed class Comparison(ApplyDocument document)
{
    private const string Hidden = "***";

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Difference> _found = [];

    public IReadOnlyList<Difference> Found => _found;

    /// <param name="said">Null says nothing.</param>
    /// <param name="there">Null where the node has none.</param>
    /// <param name="skipped">Paths that are compared elsewhere.</param>
    public void Compare(string path, JsonNode? said, JsonNode? there, IReadOnlySet<string>? skipped = null)
    {
        Compare(path, said, there, skipped, isHidden: false);
    }

    /// <param name="isHidden">Of the node's value nothing is shown: it may be one that the environment said before.</param>
    private void Compare(string path, JsonNode? said, JsonNode? there, IReadOnlySet<string>? skipped, bool isHidden)
    {
        if (said is null || skipped?.Contains(path) == true) return;
        switch (said, there)
        {
            case (JsonObject members, JsonObject present):
                foreach (var (name, value) in members) Compare($"{path}.{name}", value, present[name], skipped, isHidden);
                break;
            case (JsonArray items, JsonArray present) when items.Count == present.Count:
                // In the node's list another item may stand in its place.
                isHidden |= document.IsFilled(path);
                for (var i = 0; i < items.Count; i++) Compare($"{path}[{i}]", items[i], present[i], skipped, isHidden);
                break;
            case (JsonObject members, null):
                // The service may leave out what is empty.
                if (members.Count == 0) break;
                foreach (var (name, value) in members) Compare($"{path}.{name}", value, null, skipped, isHidden);
                break;
            default:
                if (!JsonNode.DeepEquals(said, there)) Add(path, said, isHidden || document.IsFilled(path) ? Hidden : Shown(there));
                break;
        }
    }

    /// <summary>Of what no description shows.</summary>
    public void AddSecret(string path) => _found.Add(new Difference(path, Hidden, document.AsWritten(path) ?? Hidden));

    private void Add(string path, JsonNode said, string was) =>
        _found.Add(new Difference(path, was, document.AsWritten(path) ?? Shown(document.AsWritten(path, said))));

    private static string Shown(JsonNode? value) => value?.ToJsonString(s_plain) ?? "(none)";
}
