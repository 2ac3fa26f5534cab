using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;

namespace ActorStreams.Agent.Tests.Tailing;

/// <summary>A stream or delivery stream in memory, with producers and positions as ActorStreams has them; it fails as it is told to.</summary>
internal sealed class FakeService : HttpMessageHandler
{
    private readonly Dictionary<string, (long Epoch, BigInteger Position)> _producers = [];

    /// <summary>Whether it takes the headers of producers, as ActorStreams does and AWS does not.</summary>
    public bool KnowsProducers { get; init; } = true;

    public List<string> Stored { get; } = [];

    public List<string> Keys { get; } = [];

    public List<string> Targets { get; } = [];

    public List<string> Authorizations { get; } = [];

    public IReadOnlyCollection<string> Producers => _producers.Keys;

    public int Puts { get; private set; }

    /// <summary>Called before anything is stored.</summary>
    public Action? Putting { get; set; }

    /// <summary>What comes of the next puts, first to last; nothing special after them.</summary>
    public Queue<Fault> Faults { get; } = [];

    internal enum Fault
    {
        None = 1,

        /// <summary>Nothing is stored, an error is answered.</summary>
        Throttled = 2,

        /// <summary>All is stored, the answer is lost.</summary>
        AnswerLost = 3,

        /// <summary>Every second record is stored.</summary>
        HalfRefused = 4,

        /// <summary>Another producer of the name came with a higher epoch.</summary>
        Fenced = 5,
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancel))!;
        Puts++;
        Putting?.Invoke();
        Targets.Add(request.Headers.GetValues("X-Amz-Target").Single());
        Authorizations.Add(request.Headers.GetValues("Authorization").Single());
        var fault = Faults.TryDequeue(out var next) ? next : Fault.None;
        if (fault == Fault.Throttled) return Error(HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException");
        if (fault == Fault.Fenced) return Error(HttpStatusCode.BadRequest, "ResourceInUseException");
        var (errors, repeated) = Store(request, body["Records"]!.AsArray(), fault == Fault.HalfRefused);
        if (fault == Fault.AnswerLost) throw new HttpRequestException("The connection was reset.");
        return Answer(errors, repeated, isStream: body["StreamName"] is not null);
    }

    private (List<bool> Errors, int Repeated) Store(HttpRequestMessage request, JsonArray records, bool isHalf)
    {
        var name = KnowsProducers && request.Headers.TryGetValues("x-actorstreams-producer", out var names) ? names.Single() : null;
        var positions = name is null ? [] : request.Headers.GetValues("x-actorstreams-position").Single().Split(',').Select(p => BigInteger.Parse("0" + p[2..], NumberStyles.HexNumber)).ToArray();
        var errors = new List<bool>();
        var repeated = 0;
        var known = name is not null && _producers.TryGetValue(name, out var entry) ? entry : default;
        var highest = known.Position;
        for (var i = 0; i < records.Count; i++)
        {
            var isRefused = isHalf && i % 2 == 1;
            errors.Add(isRefused);
            if (isRefused) continue;
            if (name is not null && positions[i] <= known.Position)
            {
                repeated++;
                continue;
            }
            Stored.Add(Encoding.UTF8.GetString(Convert.FromBase64String((string)records[i]!["Data"]!)));
            Keys.Add((string?)records[i]!["PartitionKey"] ?? "");
            // Where some are refused they are those of another shard, which has a position of its own: the one kept here is that of the whole.
            if (name is not null && !isHalf) highest = positions[i];
        }
        if (name is not null) _producers[name] = (long.Parse(request.Headers.GetValues("x-actorstreams-epoch").Single(), CultureInfo.InvariantCulture), highest);
        return (errors, repeated);
    }

    private HttpResponseMessage Answer(List<bool> errors, int repeated, bool isStream)
    {
        var results = new JsonArray([.. errors.Select(e => e ? (JsonNode)new JsonObject { ["ErrorCode"] = "ServiceUnavailable" } : new JsonObject { ["RecordId"] = "1" })]);
        var answer = isStream
            ? new JsonObject { ["FailedRecordCount"] = errors.Count(e => e), ["Records"] = results }
            : new JsonObject { ["FailedPutCount"] = errors.Count(e => e), ["RequestResponses"] = results };
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer.ToJsonString()) };
        if (KnowsProducers) response.Headers.Add("x-actorstreams-repeated", repeated.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private static HttpResponseMessage Error(HttpStatusCode status, string type) =>
        new(status) { Content = new StringContent(new JsonObject { ["__type"] = type, ["message"] = "as told" }.ToJsonString()) };
}
