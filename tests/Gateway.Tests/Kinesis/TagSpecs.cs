using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>AddTagsToStream, RemoveTagsFromStream and ListTagsForStream; TagResource, UntagResource and ListTagsForResource.</summary>
public class TagSpecs : GatewaySpecs
{
    private const string InvalidCharacters =
        "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.";

    private const string LengthsOfKeys = "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]";
    private static readonly string s_arn = GatewayHost.ArnOf("s");

    [Fact]
    public async Task Tags_are_added_overwritten_listed_in_order_and_removed()
    {
        await Gateway.StreamAsync();

        await AddAsync(new JsonObject { ["b"] = "1", ["a"] = "", ["C"] = "x y" });
        await AddAsync(new JsonObject { ["b"] = "2", ["\u00e9_./=+-%@:"] = "\u4e2d" });
        var answer = (await Gateway.CallAsync("RemoveTagsFromStream", new { StreamARN = s_arn, TagKeys = (string[])["a", "never there"] }));

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal("C=x y b=2 \u00e9_./=+-%@:=\u4e2d", await ListAsync());
        Assert.Equal("C=x y b=2 \u00e9_./=+-%@:=\u4e2d", await ListResourceAsync(s_arn));
    }

    [Fact]
    public async Task They_are_listed_a_page_at_a_time()
    {
        await Gateway.StreamAsync();
        await AddAsync(new JsonObject { ["a"] = "", ["b"] = "", ["c"] = "" });

        var first = (await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s", Limit = 2 })).AssertOk();
        var rest = (await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s", Limit = 2, ExclusiveStartTagKey = "b" })).AssertOk();
        // Any text will do: what comes after it is listed.
        var after = (await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s", ExclusiveStartTagKey = "aa" })).AssertOk();

        Assert.Equal(("a= b=", true), (Text(first), (bool)first["HasMoreTags"]!));
        Assert.Equal(("c=", false), (Text(rest), (bool)rest["HasMoreTags"]!));
        Assert.Equal("b= c=", Text(after));
        (await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s", Limit = 50 })).AssertOk();
        AssertViolations(
            await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s", Limit = 51, ExclusiveStartTagKey = "" }),
            Fails("51", "limit", ValueAtMost(50)), Fails("", "exclusiveStartTagKey", NotEmpty));
    }

    [Fact]
    public async Task Resources_are_streams_and_consumers_each_with_tags_of_their_own()
    {
        await Gateway.StreamAsync();
        var consumer = await Gateway.ConsumerAsync();

        (await Gateway.CallAsync("TagResource", new { ResourceARN = s_arn, Tags = new { of = "stream" } })).AssertOk();
        (await Gateway.CallAsync("TagResource", new { ResourceARN = consumer, Tags = new { of = "consumer", x = "y" } })).AssertOk();
        var answer = await Gateway.CallAsync("UntagResource", new { ResourceARN = consumer, TagKeys = (string[])["x"] });

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(("of=stream", "of=stream", "of=consumer"), (await ListAsync(), await ListResourceAsync(s_arn), await ListResourceAsync(consumer)));
        foreach (var (operation, members) in ((string, string)[])
                 [("TagResource", ",\"Tags\":{\"a\":\"\"}"), ("UntagResource", ",\"TagKeys\":[\"a\"]"), ("ListTagsForResource", "")])
        {
            (await Gateway.CallAsync(operation, $"{{\"ResourceARN\":\"{consumer}9\"{members}}}"))
                .AssertError("ResourceNotFoundException", $"Consumer {consumer}9, account {Account} not found.");
            (await Gateway.CallAsync(operation, $"{{\"ResourceARN\":\"{s_arn}s\"{members}}}"))
                .AssertError("ResourceNotFoundException", $"Stream ss under account {Account} not found.");
            (await Gateway.CallAsync(operation, $"{{\"ResourceARN\":\"{s_arn}/consumer/c\"{members}}}"))
                .AssertError("InvalidArgumentException", $"ResourceARN {s_arn}/consumer/c names neither a stream nor a consumer of one.");
        }
    }

    [Theory]
    [InlineData("a\\tb", "")]
    [InlineData("a", "x\\ny")]
    [InlineData("*", "")]
    [InlineData("a", "\\ud83d\\ude00")]
    public async Task Characters_that_tags_may_not_have_are_refused(string key, string value)
    {
        await Gateway.StreamAsync();
        var tags = $"{{\"{key}\":\"{value}\"}}";

        (await Gateway.CallAsync("AddTagsToStream", $"{{\"StreamName\":\"s\",\"Tags\":{tags}}}")).AssertError("InvalidArgumentException", InvalidCharacters);
        (await Gateway.CallAsync("TagResource", $"{{\"ResourceARN\":\"{s_arn}\",\"Tags\":{tags}}}")).AssertError("InvalidArgumentException", InvalidCharacters);
        (await Gateway.CallAsync("CreateStream", $"{{\"StreamName\":\"t\",\"ShardCount\":1,\"Tags\":{tags}}}")).AssertError("InvalidArgumentException", InvalidCharacters);
        (await Gateway.CallAsync("RemoveTagsFromStream", new { StreamName = "s", TagKeys = (string[])["*"] })).AssertError("InvalidArgumentException", InvalidCharacters);
    }

    [Theory]
    [InlineData("aws:x")]
    [InlineData("AWS:")]
    public async Task Keys_of_the_service_itself_are_refused(string key)
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("AddTagsToStream", $"{{\"StreamName\":\"s\",\"Tags\":{{\"{key}\":\"\"}}}}"))
            .AssertError("InvalidArgumentException", $"Tag key {key} begins with aws:, which is reserved.");
        await AddAsync(new JsonObject { ["aws"] = "aws:x" });
    }

    [Fact]
    public async Task A_resource_has_fifty_tags_at_most()
    {
        await Gateway.StreamAsync();
        await AddAsync(Many(50));
        await AddAsync(new JsonObject { ["k0"] = "other" });

        (await Gateway.CallAsync("AddTagsToStream", new JsonObject { ["StreamName"] = "s", ["Tags"] = new JsonObject { ["more"] = "" } }.ToJsonString()))
            .AssertError("InvalidArgumentException", TooMany("stream s"));
        (await Gateway.CallAsync("CreateStream", new JsonObject { ["StreamName"] = "t", ["ShardCount"] = 1, ["Tags"] = Many(51) }.ToJsonString()))
            .AssertError("InvalidArgumentException", TooMany("stream t"));
        var consumer = await Gateway.ConsumerAsync();
        (await Gateway.CallAsync("TagResource", new JsonObject { ["ResourceARN"] = consumer, ["Tags"] = Many(51) }.ToJsonString()))
            .AssertError("InvalidArgumentException", TooMany("consumer c of stream s"));
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("AddTagsToStream", "{}"), Null("tags"));
        AssertViolations(await Gateway.CallAsync("RemoveTagsFromStream", "{}"), Null("tagKeys"));
        AssertViolations(await Gateway.CallAsync("TagResource", "{}"), Null("tags"), Null("resourceARN"));
        AssertViolations(await Gateway.CallAsync("UntagResource", "{}"), Null("tagKeys"), Null("resourceARN"));
        AssertViolations(await Gateway.CallAsync("ListTagsForResource", "{}"), Null("resourceARN"));
        AssertViolations(
            await Gateway.CallAsync("AddTagsToStream", new { StreamName = "", Tags = new { } }),
            Fails("{}", "tags", NotEmpty), Fails("", "streamName", NamePattern), Fails("", "streamName", NotEmpty));
        AssertViolations(
            await Gateway.CallAsync("RemoveTagsFromStream", new { StreamName = "s", TagKeys = (string[])["", "a"] }),
            Fails("[, a]", "tagKeys", $"Member must satisfy constraint: {LengthsOfKeys}"));
        var (key, value) = (new string('k', 129), new string('v', 257));
        AssertViolations(
            await Gateway.CallAsync("AddTagsToStream", $"{{\"StreamName\":\"s\",\"Tags\":{{\"{key}\":\"{value}\"}}}}"),
            Fails($"{{{key}={value}}}", "tags", $"Map keys must satisfy constraint: {LengthsOfKeys}"),
            Fails($"{{{key}={value}}}", "tags", "Map value must satisfy constraint: "
                + "[Member must have length less than or equal to 256, Member must have length greater than or equal to 0]"));
    }

    [Fact]
    public async Task Lengths_at_the_edge_are_taken()
    {
        await Gateway.StreamAsync();

        await AddAsync(new JsonObject { [new string('k', 128)] = new string('v', 256) });
    }

    private async Task AddAsync(JsonObject tags)
    {
        var answer = await Gateway.CallAsync("AddTagsToStream", new JsonObject { ["StreamName"] = "s", ["Tags"] = tags }.ToJsonString());
        Assert.Equal((200, ""), (answer.Status, answer.Body));
    }

    private async Task<string> ListAsync() => Text((await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s" })).AssertOk());

    private async Task<string> ListResourceAsync(string arn) => Text((await Gateway.CallAsync("ListTagsForResource", new { ResourceARN = arn })).AssertOk());

    private static string Text(JsonNode answer) => string.Join(' ', answer["Tags"]!.AsArray().Select(t => $"{t!["Key"]}={t["Value"]}"));

    private static JsonObject Many(int count) => new(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"")));

    private static string TooMany(string resource) =>
        $"Failed to add tags to {resource} under account {Account} because it cannot have more than 50 tags associated with it.";
}
