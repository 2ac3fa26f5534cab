using System.Text.Json.Nodes;

namespace ActorStreams.Node.Apply;

/// <summary>Reads files of documents. What of a document belongs to the API is for the node to check.</summary>
internal sealed class DocumentReader(EnvironmentValues environment, List<ApplyError> errors)
{
    private readonly Dictionary<string, ApplyResource> _known = new(StringComparer.Ordinal);

    /// <summary>Those that have a kind and a name, streams first: delivery streams read them.</summary>
    public IReadOnlyList<ApplyResource> Read(IEnumerable<(string Name, TextReader Text)> files)
    {
        var resources = new List<ApplyResource>();
        foreach (var (name, text) in files)
        {
            foreach (var yaml in YamlReader.Read(name, text, errors))
            {
                if (ApplyDocument.Read(name, yaml, environment, errors) is { } document && Resource(document) is { } resource) resources.Add(resource);
            }
        }
        return [.. resources.OfType<StreamResource>(), .. resources.OfType<DeliveryStreamResource>()];
    }

    private ApplyResource? Resource(ApplyDocument document)
    {
        string[] kinds = [StreamResource.KindName, DeliveryStreamResource.KindName];
        var allowed = string.Join(" and ", kinds);
        if (document.Root["kind"] is not { } kind)
        {
            document.Error("kind", $"is missing; allowed are {allowed}.");
            return null;
        }
        if (kind is not JsonValue value || !value.TryGetValue<string>(out var said) || !kinds.Contains(said))
        {
            document.Error("kind", $"is {kind.ToJsonString()}; allowed are {allowed}.");
            return null;
        }
        var members = said == StreamResource.KindName ? StreamResource.Members : DeliveryStreamResource.Members;
        foreach (var (member, _) in document.Root.Where(m => !members.Contains(m.Key)))
            document.Error(member, $"is not known; known are {string.Join(", ", members)}.");
        if (document.Root["name"] is not JsonValue text || !text.TryGetValue<string>(out var name) || name.Length == 0)
        {
            document.Error("name", "is missing or no text; a number takes quotes to be a text.");
            return null;
        }
        ApplyResource resource = said == StreamResource.KindName ? new StreamResource(document, name) : new DeliveryStreamResource(document, name);
        if (_known.TryAdd(resource.Title, resource)) return resource;
        var first = _known[resource.Title].Document;
        document.Error("name", $"stands there before, in {first.File}:{first.Line}; a name is described once.");
        return null;
    }
}
