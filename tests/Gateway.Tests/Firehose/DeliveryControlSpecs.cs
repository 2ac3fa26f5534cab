using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>Deletion, encryption, the audit of both and more, and how the API is addressed.</summary>
public sealed class DeliveryControlSpecs : FirehoseSpecs
{
    private const string Arn = "arn:aws:kms:eu-central-1:000000000000:alias/test-key";

    [Fact]
    public async Task A_deleted_one_is_gone()
    {
        await DeliveryAsync();

        Assert.Equal("{}", (await CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"d","AllowForceDelete":true}""")).AssertOk().ToJsonString());
        (await CallAsync("DeleteDeliveryStream", Request().ToJsonString())).AssertError("ResourceNotFoundException", NotFound("d"));
        (await CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"d","AllowForceDelete":"maybe"}""")).AssertWrongType("'MAYBE' can not be converted to an Boolean");
    }

    [Fact]
    public async Task One_whose_state_does_not_allow_it_is_in_use()
    {
        Deliveries.Instead = new DeliveryResult.InUse("Firehose d is being created.");

        (await CallAsync("DeleteDeliveryStream", Request().ToJsonString())).AssertError("ResourceInUseException", "Firehose d is being created.");
    }

    [Fact]
    public async Task What_is_put_is_sealed_with_a_key_of_the_installation()
    {
        await DeliveryAsync();

        (await StartAsync(("KeyType", "CUSTOMER_MANAGED_CMK"), ("KeyARN", Arn))).AssertOk();
        Assert.Equal(
            $$"""{"Status":"ENABLED","KeyType":"CUSTOMER_MANAGED_CMK","KeyARN":"{{Arn}}"}""",
            (await DescribeAsync())["DeliveryStreamEncryptionConfiguration"]!.ToJsonString());
        Assert.True((bool)(await PutAsync()).AssertOk()["Encrypted"]!);
        (await CallAsync("StopDeliveryStreamEncryption", Request().ToJsonString())).AssertOk();

        Assert.Equal("""{"Status":"DISABLED"}""", (await DescribeAsync())["DeliveryStreamEncryptionConfiguration"]!.ToJsonString());
        Assert.False((bool)(await PutAsync()).AssertOk()["Encrypted"]!);
    }

    [Fact]
    public async Task The_key_is_named_and_there()
    {
        await DeliveryAsync();
        await FromStreamAsync();

        (await StartAsync(("KeyType", "CUSTOMER_MANAGED_CMK"))).AssertError("InvalidArgumentException", "KeyARN must be given when KeyType is CUSTOMER_MANAGED_CMK.");
        (await StartAsync(("KeyType", "AWS_OWNED_CMK"), ("KeyARN", Arn))).AssertError("InvalidArgumentException", "KeyARN must not be given when KeyType is AWS_OWNED_CMK.");
        (await CallAsync("StartDeliveryStreamEncryption", Request().ToJsonString())).AssertError(
            "InvalidKMSResourceException",
            "There is no key of the service; it is the one named 'aws/firehose' in the setting ActorStreams:Encryption:Keys. Configure it, or name another one by KeyARN with KeyType CUSTOMER_MANAGED_CMK.");
        AssertViolations(
            await StartAsync(("KeyARN", "k")),
            Fails(
                "k", "deliveryStreamEncryptionConfigurationInput.keyARN",
                @"Member must satisfy regular expression pattern: arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+"),
            Null("deliveryStreamEncryptionConfigurationInput.keyType"));
        const string OfSource = "This operation is not permitted on KinesisStreamAsSource delivery stream type.";
        (await CallAsync("StartDeliveryStreamEncryption", Request("k").ToJsonString())).AssertError("InvalidArgumentException", OfSource);
        (await CallAsync("StopDeliveryStreamEncryption", Request("k").ToJsonString())).AssertError("InvalidArgumentException", OfSource);
        (await CallAsync("StopDeliveryStreamEncryption", Request("nope").ToJsonString())).AssertError("ResourceNotFoundException", NotFound("nope"));
    }

    [Fact]
    public async Task Changes_are_noted_without_secrets_and_questions_and_records_are_not()
    {
        (await CreateAsync(NewOne(
            new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = "http://x", ["AccessKey"] = "SECRET" }, ["S3Configuration"] = S3() },
            "HttpEndpoint",
            members: ("Tags", Tags(("team", "blue")))))).AssertOk();
        await DescribeAsync();
        await CallAsync("ListDeliveryStreams", "{}");
        await CallAsync("ListTagsForDeliveryStream", Request().ToJsonString());
        await PutAsync();
        await PutBatchAsync(["a"]);
        await CallAsync("DeleteDeliveryStream", Request("a b").ToJsonString());

        Assert.Equal(["CreateDeliveryStream ", "DeleteDeliveryStream ValidationException"], Gateway.Audited.Select(c => $"{c.Operation} {c.Error}"));
        var created = Gateway.Audited.First().Parameters;
        Assert.Equal(("d", "team=blue"), (created["DeliveryStreamName"], created["Tags"]));
        Assert.Contains("http://x", created["HttpEndpointDestinationConfiguration"], StringComparison.Ordinal);
        Assert.DoesNotContain(created.Values, v => v.Contains("SECRET", StringComparison.Ordinal));
        Assert.Equal("a b", Gateway.Audited.Last().Parameters["DeliveryStreamName"]);
    }

    [Fact]
    public async Task It_speaks_JSON_alone_and_is_signed_for_by_its_own_name()
    {
        var body = "{}"u8.ToArray();
        using var cbor = Addressed(body, "application/x-amz-cbor-1.1", "firehose");
        using var misnamed = Addressed(body, GatewayHost.Json, "kinesis");

        var answer = await Gateway.SendAsync(cbor);
        Assert.Equal((404, """{"__type":"UnknownOperationException"}"""), (answer.Status, answer.Body));
        var open = await Gateway.SendAsync(misnamed);
        open.AssertError("InvalidSignatureException", "Credential should be scoped to correct service: 'firehose'. ");
        (await CallAsync("Nope", "{}")).AssertError("UnknownOperationException", null);
    }

    [Fact]
    public async Task Without_delivery_streams_the_API_is_not_there()
    {
        await using var plain = await GatewayHost.StartAsync();

        (await plain.FirehoseAsync("ListDeliveryStreams", "{}")).AssertError("UnknownOperationException", null);
    }

    private Task<Answer> StartAsync(params (string Name, JsonNode? Value)[] members) => CallAsync(
        "StartDeliveryStreamEncryption", Request("d", ("DeliveryStreamEncryptionConfigurationInput", With([], members))).ToJsonString());

    private HttpRequestMessage Addressed(byte[] body, string contentType, string service)
    {
        var request = Gateway.Unsigned("x", body);
        request.Content!.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Remove("X-Amz-Target");
        request.Headers.Add("X-Amz-Target", "Firehose_20150804.ListDeliveryStreams");
        new SigV4Signer(GatewayHost.Key, GatewayHost.Region, Gateway.Time, service).Sign(request, body);
        return request;
    }
}
