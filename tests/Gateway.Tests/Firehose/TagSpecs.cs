using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class TagSpecs : FirehoseSpecs
{
    [Fact]
    public async Task Tags_are_added_listed_in_pages_and_taken_away()
    {
        await DeliveryAsync();

        Assert.Equal("{}", (await TagAsync(Tags(("b", "2"), ("a", "1"), ("c", null)))).AssertOk().ToJsonString());
        Assert.Equal("""{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}],"HasMoreTags":true}""", (await ListAsync(("Limit", 2))).ToJsonString());
        Assert.Equal("""{"Tags":[{"Key":"c","Value":""}],"HasMoreTags":false}""", (await ListAsync(("ExclusiveStartTagKey", "b"))).ToJsonString());
        (await CallAsync("UntagDeliveryStream", """{"DeliveryStreamName":"d","TagKeys":["a","c","never"]}""")).AssertOk();

        Assert.Equal("""{"Tags":[{"Key":"b","Value":"2"}],"HasMoreTags":false}""", (await ListAsync()).ToJsonString());
    }

    [Fact]
    public async Task Fifty_tags_are_as_many_as_it_may_have()
    {
        await DeliveryAsync();
        (await TagAsync(Tags([.. Enumerable.Range(0, 50).Select(i => ($"k{i}", (string?)"v"))]))).AssertOk();

        (await TagAsync(Tags(("k0", "changed")))).AssertOk();
        (await TagAsync(Tags(("k50", "v")))).AssertError(
            "LimitExceededException", $"Firehose d under account {Account} would have more than 50 tags, as many as it may have.");
        Assert.Equal(50, (await ListAsync())["Tags"]!.AsArray().Count);
    }

    [Fact]
    public async Task Members_keep_to_the_constraints_of_the_model()
    {
        AssertViolations(await CallAsync("TagDeliveryStream", Request().ToJsonString()), Null("tags"));
        AssertViolations(await TagAsync([]), Fails("[]", "tags", NotEmpty));
        AssertViolations(
            await TagAsync(new JsonArray(new JsonObject { ["Value"] = new string('v', 257) })),
            Null("tags.1.member.key"),
            Fails(new string('v', 257), "tags.1.member.value", LengthAtMost(256)));
        AssertViolations(await CallAsync("UntagDeliveryStream", """{"DeliveryStreamName":"d","TagKeys":[]}"""), Fails("[]", "tagKeys", NotEmpty));
        AssertViolations(
            await CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"d","Limit":51}"""),
            Fails("51", "limit", "Member must have value less than or equal to 50"));
        (await TagAsync(Tags(("a", "b")), "nope")).AssertError("ResourceNotFoundException", NotFound("nope"));
        (await CallAsync("UntagDeliveryStream", """{"DeliveryStreamName":"nope","TagKeys":["a"]}""")).AssertError("ResourceNotFoundException", NotFound("nope"));
        (await CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"nope"}""")).AssertError("ResourceNotFoundException", NotFound("nope"));
    }

    private Task<Answer> TagAsync(JsonArray tags, string name = "d") => CallAsync("TagDeliveryStream", Request(name, ("Tags", tags)).ToJsonString());

    private async Task<JsonNode> ListAsync(params (string Name, JsonNode? Value)[] members) =>
        (await CallAsync("ListTagsForDeliveryStream", Request("d", members).ToJsonString())).AssertOk();
}
