using System.Net;
using System.Text;
using System.Text.Json.Serialization;

namespace ActorStreams.Management.Tests;

public sealed partial class RoutingSpecs
{
    private static readonly ManagementOptions s_open = new();

    [Fact]
    public async Task A_parameter_of_the_path_is_decoded_slashes_too()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        var (status, body) = await host.SendAsync(HttpMethod.Put, "echo/" + Uri.EscapeDataString("akka.tcp://actorstreams@127.0.0.1:4053"));

        Assert.Equal(200, status);
        Assert.Equal("akka.tcp://actorstreams@127.0.0.1:4053", body.GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_unknown_page_names_those_there_are()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        var (status, body) = await host.SendAsync(HttpMethod.Get, "nonsense");

        Assert.Equal(404, status);
        Assert.Equal("There is no such page.", body.GetProperty("message").GetString());
        Assert.Equal(["/alive", "/echo", "/echo/{text}", "/metrics", "/ready"], body.GetProperty("pages").EnumerateArray().Select(p => p.GetString()));
    }

    [Fact]
    public async Task A_method_that_a_page_does_not_take_is_told_which_it_takes()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        using var response = await host.Client.DeleteAsync(new Uri("echo", UriKind.Relative));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        Assert.Contains("/echo does not take DELETE; it takes POST.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not the JSON object")]
    [InlineData("null", "null")]
    [InlineData("{\"txt\":\"a\"}", "txt")]
    [InlineData("{\"text\":1}", "$.text")]
    public async Task A_body_that_is_not_what_is_wanted_is_refused_by_what_is_wrong(string body, string named)
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        var (status, answer) = await host.SendAsync(HttpMethod.Post, "echo", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(400, status);
        Assert.Contains(named, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        var (status, _) = await host.SendAsync(HttpMethod.Post, "echo", new StringContent(new string(' ', 70_000), Encoding.UTF8, "application/json"));

        Assert.Equal(413, status);
    }

    [Fact]
    public async Task A_failure_tells_the_caller_no_more_than_that()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        var (status, body) = await host.SendAsync(HttpMethod.Post, "echo", new StringContent("{\"text\":\"fail\"}", Encoding.UTF8, "application/json"));

        Assert.Equal(500, status);
        Assert.DoesNotContain("secret", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_change_is_noted_refused_ones_too_and_looks_are_not()
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());

        await host.SendAsync(HttpMethod.Put, "echo/done");
        await host.SendAsync(HttpMethod.Post, "echo", new StringContent("{\"text\":\"busy\"}", Encoding.UTF8, "application/json"));
        await host.SendAsync(HttpMethod.Get, "alive");

        Assert.Equal(
            [("PUT", "/echo/done", 200, "done"), ("POST", "/echo", 409, "busy is refused.")],
            host.Changes.Select(c => (c.Method, c.Path, c.Status, c.Message)));
        Assert.All(host.Changes, c => Assert.Equal("127.0.0.1", c.Caller));
    }

    [Fact]
    public async Task With_a_token_only_probes_are_answered_without_it()
    {
        await using var host = await ManagementHost.StartAsync(s_open with { Token = "open-sesame" }, new EchoPage());

        Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, "alive")).Status);
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, "ready")).Status);
        Assert.Equal(401, (await host.SendAsync(HttpMethod.Put, "echo/a")).Status);
        Assert.Equal(401, (await host.SendAsync(HttpMethod.Put, "echo/a", token: "open-sesam")).Status);
        Assert.Equal(401, (await host.SendAsync(HttpMethod.Get, "metrics")).Status);
        Assert.Equal(401, (await host.SendAsync(HttpMethod.Get, "nonsense")).Status);
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Put, "echo/a", token: "open-sesame")).Status);
        using var refused = await host.Client.GetAsync(new Uri("metrics", UriKind.Relative));
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal([401, 401, 200], host.Changes.Select(c => c.Status));
    }

    [Theory]
    [InlineData("Origin", "https://example.org")]
    [InlineData("Host", "rebound.example.org")]
    public async Task Without_a_token_pages_of_a_browser_are_not_let_in(string header, string value)
    {
        await using var host = await ManagementHost.StartAsync(s_open, new EchoPage());
        using var request = new HttpRequestMessage(HttpMethod.Put, "echo/a");
        request.Headers.Add(header, value);

        using var response = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    /// <summary>Answers what it is told.</summary>
    private sealed class EchoPage : IManagementPage
    {
        public IEnumerable<ManagementRoute> Routes =>
        [
            ManagementRoute.Put("/echo/{text}", call => call.DoneAsync(call["text"])),
            ManagementRoute.Post("/echo", async call => await call.DoneAsync((await call.ReadAsync(EchoJson.Default.Echo)).Text switch
            {
                "fail" => throw new InvalidOperationException("secret"),
                "busy" => throw ManagementException.Conflict("busy is refused."),
                var text => text,
            })),
        ];
    }

    internal sealed record Echo(string Text);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(Echo))]
    internal sealed partial class EchoJson : JsonSerializerContext;
}
