using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>A stream as the destination of a delivery stream.</summary>
public sealed class DestinationStreamSpecs : FirehoseSpecs
{
    private const string Kind = "HttpEndpoint";

    [Fact]
    public async Task A_stream_that_is_there_is_taken_and_shown()
    {
        await Gateway.StreamAsync();

        (await CreateAsync(NewOne(To(GatewayHost.ArnOf("s")), Kind))).AssertOk();

        var shown = (await DescribeAsync())["Destinations"]![0]!["HttpEndpointDestinationDescription"]!;
        Assert.Equal(GatewayHost.ArnOf("s"), (string)shown["EndpointConfiguration"]!["Url"]!);
    }

    [Fact]
    public async Task One_that_is_not_there_is_named()
    {
        await RefusedAsync(To(GatewayHost.ArnOf("nope")), $"EndpointConfiguration.Url: Stream nope under account {Account} not found.");
        await RefusedAsync(
            To(GatewayHost.ArnOf("s", "111111111111")),
            $"EndpointConfiguration.Url {GatewayHost.ArnOf("s", "111111111111")} names no stream of account {Account} in {GatewayHost.Region}.");
    }

    [Fact]
    public async Task What_says_how_requests_are_made_has_no_meaning_for_it()
    {
        await Gateway.StreamAsync();
        var withKey = To(GatewayHost.ArnOf("s"));
        withKey["EndpointConfiguration"]!["AccessKey"] = "SECRET";

        await RefusedAsync(withKey, "EndpointConfiguration.AccessKey has no meaning where Url names a stream, and must not be given.");
        await RefusedAsync(
            With(To(GatewayHost.ArnOf("s")), ("RequestConfiguration", new JsonObject { ["ContentEncoding"] = "GZIP" })),
            "RequestConfiguration has no meaning where EndpointConfiguration.Url names a stream: ContentEncoding must be NONE, and CommonAttributes must not be given.");
    }

    [Fact]
    public async Task No_delivery_stream_reads_what_it_delivers()
    {
        await Gateway.StreamAsync();
        const string Problem = "EndpointConfiguration.Url: the stream s is the source of the delivery stream, which would read again what it delivers.";
        (string, JsonNode?)[] source =
        [
            ("DeliveryStreamType", "KinesisStreamAsSource"),
            ("KinesisStreamSourceConfiguration", new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf("s"), ["RoleARN"] = Role }),
        ];
        (await CreateAsync(NewOne(To("http://x"), Kind, members: source))).AssertOk();

        (await CreateAsync(NewOne(To(GatewayHost.ArnOf("s")), Kind, "other", [.. source.Select(m => (m.Item1, m.Item2?.DeepClone()))]))).AssertError("InvalidArgumentException", Problem);
        var update = Request(members:
        [
            ("CurrentDeliveryStreamVersionId", "1"), ("DestinationId", "destinationId-000000000001"),
            ("HttpEndpointDestinationUpdate", new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = GatewayHost.ArnOf("s") } }),
        ]);
        (await CallAsync("UpdateDestination", update.ToJsonString())).AssertError("InvalidArgumentException", Problem);
    }

    [Fact]
    public async Task Delivery_streams_that_would_bring_records_round_are_refused_with_the_chain()
    {
        foreach (var stream in (string[])["a", "b", "c", "elsewhere"]) await Gateway.StreamAsync(stream);
        (await CreateAsync(FromTo("first", "a", "b"))).AssertOk();
        (await CreateAsync(FromTo("aside", "b", "elsewhere"))).AssertOk();
        (await CreateAsync(FromTo("second", "b", "c"))).AssertOk();
        const string Round = "EndpointConfiguration.Url: records would come round again without end, by streams and (delivery streams): ";

        (await CreateAsync(FromTo("third", "c", "a"))).AssertError("InvalidArgumentException", Round + "c -> (third) -> a -> (first) -> b -> (second) -> c.");
        (await CreateAsync(FromTo("third", "b", "a"))).AssertError("InvalidArgumentException", Round + "b -> (third) -> a -> (first) -> b.");

        // By an update too, and one that is not changed does not stand in its own way.
        (await CreateAsync(FromTo("third", "c", "elsewhere"))).AssertOk();
        (await UpdateAsync("third", "a")).AssertError("InvalidArgumentException", Round + "c -> (third) -> a -> (first) -> b -> (second) -> c.");
        (await UpdateAsync("second", "c")).AssertOk();
        (await CreateAsync(NewOne(To(GatewayHost.ArnOf("a")), Kind, "direct"))).AssertOk();
    }

    private Task<Answer> UpdateAsync(string name, string to) => CallAsync("UpdateDestination", Request(name,
    [
        ("CurrentDeliveryStreamVersionId", "1"), ("DestinationId", "destinationId-000000000001"),
        ("HttpEndpointDestinationUpdate", new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = GatewayHost.ArnOf(to) } }),
    ]).ToJsonString());

    private static JsonObject FromTo(string name, string from, string to) => NewOne(To(GatewayHost.ArnOf(to)), Kind, name,
    [
        ("DeliveryStreamType", "KinesisStreamAsSource"),
        ("KinesisStreamSourceConfiguration", new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf(from), ["RoleARN"] = Role }),
    ]);

    private async Task RefusedAsync(JsonObject destination, string problem) =>
        (await CreateAsync(NewOne(destination, Kind))).AssertError("InvalidArgumentException", problem);

    private static JsonObject To(string url) => new() { ["EndpointConfiguration"] = new JsonObject { ["Url"] = url }, ["S3Configuration"] = S3() };
}
