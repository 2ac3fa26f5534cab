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
        if (said is null || skipped?.Contains(path) == true) return;
        switch (said, there)
        {
            case (JsonObject members, JsonObject present):
                foreach (var (name, value) in members) Compare($"{path}.{name}", value, present[name], skipped);
                break;
            case (JsonArray items, JsonArray present) when items.Count == present.Count:
                for (var i = 0; i < items.Count; i++) Compare($"{path}[{i}]", items[i], present[i], skipped);
                break;
            case (JsonObject members, null):
                // The service may leave out what is empty.
                if (members.Count == 0) break;
                foreach (var (name, value) in members) Compare($"{path}.{name}", value, null, skipped);
                break;
            default:
                if (!JsonNode.DeepEquals(said, there)) Add(path, Shown(there), Shown(said));
                break;
        }
    }

    /// <summary>Of what no description shows.</summary>
    public void AddSecret(string path) => _found.Add(new Difference(path, Hidden, document.AsWritten(path) ?? Hidden));

    private void Add(string path, string was, string value) =>
        _found.Add(document.AsWritten(path) is { } written ? new Difference(path, Hidden, written) : new Difference(path, was, value));

    private static string Shown(JsonNode? value) => value?.ToJsonString(s_plain) ?? "(none)";
}
