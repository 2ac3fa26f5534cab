using System.Text.Json.Nodes;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

/// <summary>Something that a document describes: it is checked, compared and made so over the API.</summary>
internal abstract class ApplyResource(ApplyDocument document, string kind, string name)
{
    public ApplyDocument Document => document;

    public string Kind => kind;

    public string Name => name;

    public string Title => $"{kind} {name}";

    /// <summary>Has the node check it, and notes every problem at its line.</summary>
    /// <param name="coming">Names of streams that the files describe.</param>
    /// <exception cref="ApiException">It could not be checked.</exception>
    public abstract Task CheckAsync(ApplyServices services, IReadOnlySet<string> coming, CancellationToken cancel);

    /// <summary>Looks at the node's. To be called after the check.</summary>
    public abstract Task<Drift> CompareAsync(ApplyServices services, CancellationToken cancel);

    /// <summary>Makes it so, and answers when it is.</summary>
    /// <exception cref="ApiException">Among others, that it was changed since it was looked at.</exception>
    public abstract Task MakeAsync(ApplyServices services, Drift drift, CancellationToken cancel);

    protected JsonNode? Said(string member) => document.Root[member]?.DeepClone();

    /// <param name="members">What the request calls what the document says, with the document's names.</param>
    protected void Note(JsonObject findings, IReadOnlyList<(string Request, string Document)> members)
    {
        foreach (var problem in findings["Problems"]!.AsArray())
            document.Error(PathOf((string)problem!["Path"]!, members), (string)problem["Text"]!);
    }

    protected static string PathOf(string path, IReadOnlyList<(string Request, string Document)> members)
    {
        var (request, inDocument) = members.FirstOrDefault(m => path == m.Request || path.StartsWith(m.Request + ".", StringComparison.Ordinal) || path.StartsWith(m.Request + "[", StringComparison.Ordinal));
        return request is null ? path : inDocument + path[request.Length..];
    }
}
