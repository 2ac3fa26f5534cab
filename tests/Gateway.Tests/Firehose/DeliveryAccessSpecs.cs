using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>What keys with a policy may do to delivery streams, and that keys of other accounts may do nothing.</summary>
public sealed class DeliveryAccessSpecs : FirehoseSpecs
{
    private static readonly AccessKey s_agent = new("AKAGENT", "secret")
    {
        UserName = "agent",
        Policy = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["firehose:PutRecord","firehose:PutRecordBatch"],"Resource":"arn:aws:firehose:*:*:deliverystream/d"},
              {"Effect":"Allow","Action":"kinesis:*","Resource":"*"}]}
            """,
    };

    private static readonly AccessKey s_clerk = new("AKCLERK", "secret")
    {
        UserName = "clerk",
        Policy = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"firehose:*","Resource":"*"},
              {"Effect":"Deny","Action":"firehose:Delete*","Resource":"arn:aws:firehose:*:*:deliverystream/d"}]}
            """,
    };

    private static readonly AccessKey s_foreign = new("AKFOREIGN", "secret") { AccountId = "111111111111", UserName = "foreign" };

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [GatewayHost.Key, s_agent, s_clerk, s_foreign] });

    [Fact]
    public async Task A_key_may_do_what_its_policy_allows_and_nothing_else()
    {
        await DeliveryAsync();

        (await PutAs(s_agent, "d")).AssertOk();
        NotAllowed(await PutAs(s_agent, "e"), "agent", "PutRecord", ArnOf("e"));
        NotAllowed(await CallAsync("DescribeDeliveryStream", Request().ToJsonString(), s_agent), "agent", "DescribeDeliveryStream", ArnOf("d"));
        NotAllowed(await CallAsync("CreateDeliveryStream", NewOne(S3(), name: "f").ToJsonString(), s_agent), "agent", "CreateDeliveryStream", ArnOf("f"));
        NotAllowed(await CallAsync("ListDeliveryStreams", "{}", s_agent), "agent", "ListDeliveryStreams", null);
        (await CallAsync("ListDeliveryStreams", "{}", s_clerk)).AssertOk();
        (await CallAsync("DeleteDeliveryStream", Request().ToJsonString(), s_clerk)).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{Account}:user/clerk is not authorized to perform: firehose:DeleteDeliveryStream on resource: {ArnOf("d")} with an explicit deny in an identity-based policy");
        Assert.Equal(["d"], (await CallAsync("ListDeliveryStreams", "{}")).AssertOk()["DeliveryStreamNames"]!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public async Task To_deliver_from_a_stream_the_key_must_be_allowed_to_read_it()
    {
        await Gateway.StreamAsync();
        var request = NewOne(S3(), name: "k", members:
        [
            ("DeliveryStreamType", "KinesisStreamAsSource"),
            ("KinesisStreamSourceConfiguration", new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf("s"), ["RoleARN"] = Role }),
        ]).ToJsonString();

        (await CallAsync("CreateDeliveryStream", request, s_clerk)).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{Account}:user/clerk is not authorized to perform: kinesis:DescribeStream on resource: {GatewayHost.ArnOf("s")} because no identity-based policy allows the kinesis:DescribeStream action");
        (await CallAsync("CreateDeliveryStream", request)).AssertOk();
    }

    [Fact]
    public async Task Who_lets_one_write_to_a_stream_must_be_allowed_to_write()
    {
        await Gateway.StreamAsync();
        var to = new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = GatewayHost.ArnOf("s") }, ["S3Configuration"] = S3() };
        var request = NewOne(to, "HttpEndpoint", "w").ToJsonString();

        (await CallAsync("CreateDeliveryStream", request, s_clerk)).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{Account}:user/clerk is not authorized to perform: kinesis:DescribeStream on resource: {GatewayHost.ArnOf("s")} because no identity-based policy allows the kinesis:DescribeStream action");
        (await CallAsync("CreateDeliveryStream", request)).AssertOk();
    }

    [Fact]
    public async Task Other_accounts_may_do_nothing()
    {
        await DeliveryAsync();

        (await PutAs(s_foreign, "d")).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::111111111111:user/foreign is not authorized to perform: firehose:PutRecord on resource: {ArnOf("d")} because no resource-based policy allows the firehose:PutRecord action");
        Assert.Equal("AccessDeniedException", (string)(await CallAsync("ListDeliveryStreams", "{}", s_foreign)).Json["__type"]!);
        Assert.Empty(await StoredAsync());
    }

    private Task<Answer> PutAs(AccessKey key, string name) => CallAsync("PutRecord", new { DeliveryStreamName = name, Record = new { Data = "AA==" } }, key);

    private static string ArnOf(string name) => $"arn:aws:firehose:{GatewayHost.Region}:{Account}:deliverystream/{name}";

    private static void NotAllowed(Answer answer, string user, string operation, string? arn) => answer.AssertError(
        "AccessDeniedException",
        $"User: arn:aws:iam::{Account}:user/{user} is not authorized to perform: firehose:{operation}{(arn is null ? "" : $" on resource: {arn}")} because no identity-based policy allows the firehose:{operation} action");
}
