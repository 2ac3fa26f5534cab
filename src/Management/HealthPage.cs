using Microsoft.AspNetCore.Http;

namespace ActorStreams.Management;

/// <summary><c>/alive</c> and <c>/ready</c>, for probes.</summary>
internal sealed class HealthPage(Readiness readiness) : IManagementPage
{
    public const string Alive = "/alive";
    public const string Ready = "/ready";

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get(Alive, call => call.AnswerAsync(new AliveAnswer("alive"), ManagementJson.Default.AliveAnswer)),
        ManagementRoute.Get(Ready, AnswerReadyAsync),
    ];

    private Task AnswerReadyAsync(ManagementCall call)
    {
        var ready = readiness.IsReady;
        call.Http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return call.AnswerAsync(new ReadyAnswer(ready, readiness.Parts), ManagementJson.Default.ReadyAnswer);
    }
}
