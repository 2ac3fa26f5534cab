using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class ListDeliveryStreamsSpecs : FirehoseSpecs
{
    [Fact]
    public async Task Ten_names_make_a_page_unless_the_request_says_otherwise()
    {
        for (var i = 0; i < 12; i++) await DeliveryAsync($"d{i:00}");

        var first = await ListAsync("{}");
        Assert.Equal((10, true), (first["DeliveryStreamNames"]!.AsArray().Count, (bool)first["HasMoreDeliveryStreams"]!));
        Assert.Equal("""{"DeliveryStreamNames":["d10","d11"],"HasMoreDeliveryStreams":false}""", (await ListAsync("""{"ExclusiveStartDeliveryStreamName":"d09"}""")).ToJsonString());
        Assert.Equal("""{"DeliveryStreamNames":["d00"],"HasMoreDeliveryStreams":true}""", (await ListAsync("""{"Limit":1}""")).ToJsonString());
    }

    [Fact]
    public async Task They_are_told_apart_by_type_and_by_region()
    {
        await DeliveryAsync();
        await FromStreamAsync();

        Assert.Equal("""["d"]""", (await ListAsync("""{"DeliveryStreamType":"DirectPut"}"""))["DeliveryStreamNames"]!.ToJsonString());
        Assert.Equal("""["k"]""", (await ListAsync("""{"DeliveryStreamType":"KinesisStreamAsSource"}"""))["DeliveryStreamNames"]!.ToJsonString());
        Assert.Equal("[]", (await ListAsync("""{"DeliveryStreamType":"MSKAsSource"}"""))["DeliveryStreamNames"]!.ToJsonString());
        Assert.Empty((await Gateway.FirehoseAsync("ListDeliveryStreams", "{}", region: "mars-north-1")).AssertOk()["DeliveryStreamNames"]!.AsArray());
    }

    [Fact]
    public async Task Members_keep_to_the_constraints_of_the_model() => AssertViolations(
        await CallAsync("ListDeliveryStreams", """{"Limit":10001,"DeliveryStreamType":"x","ExclusiveStartDeliveryStreamName":"a b"}"""),
        Fails("10001", "limit", "Member must have value less than or equal to 10000"),
        Fails("x", "deliveryStreamType", "Member must satisfy enum value set: [DirectPut, KinesisStreamAsSource, MSKAsSource, DatabaseAsSource]"),
        Fails("a b", "exclusiveStartDeliveryStreamName", NamePattern));

    private async Task<JsonNode> ListAsync(string request) => (await CallAsync("ListDeliveryStreams", request)).AssertOk();
}
