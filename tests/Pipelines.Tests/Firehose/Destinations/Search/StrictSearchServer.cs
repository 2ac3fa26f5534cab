using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Search;

/// <summary>An index in memory behind a <c>_bulk</c> that takes nothing but what the contract allows, and tells what was wrong.</summary>
public sealed class StrictSearchServer : IAsyncDisposable
{
    private readonly StubServer _http;
    private int _ids;

    private StrictSearchServer(StubServer http) => _http = http;

    public Uri Url => _http.Url;

    public IReadOnlyList<SeenRequest> Requests => _http.Requests;

    /// <summary>Documents by index and id.</summary>
    public Dictionary<(string Index, string Id), string> Documents { get; } = [];

    /// <summary>What each document is answered instead of being taken: status, type and reason; null to take it.</summary>
    public Func<string, (int Status, string Type, string Reason)?> Refuse { get; set; } = _ => null;

    public int BodyBytesMax { get; set; } = int.MaxValue;

    /// <summary>Whether answers are lost on their way.</summary>
    public bool LosesAnswers { get; set; }

    public static async Task<StrictSearchServer> StartAsync()
    {
        var server = new StrictSearchServer(await StubServer.StartAsync());
        server._http.Answer = server.AnswerAsync;
        return server;
    }

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    public void AnswerAlways(int status, string body) => _http.Always(status, body);

    private async Task AnswerAsync(SeenRequest request, HttpContext context)
    {
        if (request.Body.Length > BodyBytesMax)
        {
            context.Response.StatusCode = 413;
            return;
        }
        string answer;
        try
        {
            answer = Bulk(request);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync(JsonSerializer.Serialize(new { error = new { type = "illegal_argument_exception", reason = e.Message }, status = 400 }));
            return;
        }
        if (LosesAnswers) context.Abort();
        else await context.Response.WriteAsync(answer);
    }

    private string Bulk(SeenRequest request)
    {
        if ((request.Method, request.Path) != ("POST", "/_bulk")) throw new FormatException($"{request.Method} {request.Path}");
        if (request.Headers["Content-Type"] != "application/x-ndjson") throw new FormatException($"Content-Type header [{request.Headers["Content-Type"]}] is not supported");
        if (request.Body.Length == 0 || request.Body[^1] != '\n') throw new FormatException("The bulk request must be terminated by a newline [\\n]");
        var lines = new UTF8Encoding(false, true).GetString(request.Body)[..^1].Split('\n');
        if (lines.Length % 2 != 0) throw new FormatException($"{lines.Length} lines");
        return JsonSerializer.Serialize(new { took = 1, errors = true, items = lines.Chunk(2).Select(pair => Item(pair[0], pair[1])).ToList() });
    }

    private Dictionary<string, object> Item(string actionLine, string document)
    {
        using var action = JsonDocument.Parse(actionLine);
        var (name, target) = action.RootElement.EnumerateObject().Select(p => (p.Name, p.Value)).Single();
        if (name is not ("create" or "index")) throw new FormatException($"Unknown action {name}");
        var index = target.GetProperty("_index").GetString()!;
        var id = target.TryGetProperty("_id", out var given) ? given.GetString()! : $"chosen-{++_ids}";
        if (id.Length is 0 or > 512) throw new FormatException("id is too long");
        using var parsed = JsonDocument.Parse(document);
        if (parsed.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("not an object");
        if (Refuse(document) is { } refused) return Result(name, index, id, refused.Status, new { type = refused.Type, reason = refused.Reason });
        if (name == "create" && Documents.ContainsKey((index, id)))
            return Result(name, index, id, 409, new { type = "version_conflict_engine_exception", reason = "document already exists" });
        Documents[(index, id)] = document;
        return Result(name, index, id, 201, null);
    }

    private static Dictionary<string, object> Result(string action, string index, string id, int status, object? error)
    {
        var item = new Dictionary<string, object> { ["_index"] = index, ["_id"] = id, ["status"] = status };
        if (error is not null) item["error"] = error;
        return new Dictionary<string, object> { [action] = item };
    }
}
