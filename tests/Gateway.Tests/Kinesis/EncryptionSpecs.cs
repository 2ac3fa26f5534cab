namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>StartStreamEncryption and StopStreamEncryption.</summary>
public class EncryptionSpecs : GatewaySpecs
{
    [Theory]
    [InlineData("test-key")]
    [InlineData("alias/test-key")]
    [InlineData("arn:aws:kms:eu-central-1:000000000000:key/test-key")]
    public async Task A_stream_is_encrypted_with_a_key_of_the_node_until_it_is_not(string keyId)
    {
        await Gateway.StreamAsync();
        var members = new { StreamName = "s", EncryptionType = "KMS", KeyId = keyId };

        var started = await Gateway.CallAsync("StartStreamEncryption", members);
        Assert.Equal((200, ""), (started.Status, started.Body));
        var summary = await Gateway.SummaryAsync();
        Assert.Equal(("KMS", keyId), ((string)summary["EncryptionType"]!, (string)summary["KeyId"]!));
        var description = (await Gateway.CallAsync("DescribeStream", new { StreamName = "s" })).AssertOk()["StreamDescription"]!;
        Assert.Equal(("KMS", keyId), ((string)description["EncryptionType"]!, (string)description["KeyId"]!));
        (await Gateway.CallAsync("StartStreamEncryption", members)).AssertOk();

        var stopped = await Gateway.CallAsync("StopStreamEncryption", members);
        Assert.Equal((200, ""), (stopped.Status, stopped.Body));
        summary = await Gateway.SummaryAsync();
        Assert.Equal(("NONE", null), ((string)summary["EncryptionType"]!, (string?)summary["KeyId"]));
        (await Gateway.CallAsync("StopStreamEncryption", members)).AssertOk();
    }

    [Theory]
    [InlineData("another-key")]
    [InlineData("arn:aws:kms:eu-central-1:000000000000:test-key")]
    public async Task A_key_that_is_not_there_is_named(string keyId)
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("StartStreamEncryption", new { StreamName = "s", EncryptionType = "KMS", KeyId = keyId })).AssertError(
            "KMSNotFoundException", $"Key '{keyId}' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.");
        Assert.Equal("NONE", (string)(await Gateway.SummaryAsync())["EncryptionType"]!);
    }

    [Theory]
    [InlineData("StartStreamEncryption")]
    [InlineData("StopStreamEncryption")]
    public async Task The_type_is_KMS_and_a_key_is_always_named(string operation)
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync(operation, new { StreamName = "s", EncryptionType = "NONE", KeyId = "test-key" }))
            .AssertError("InvalidArgumentException", "EncryptionType must be KMS.");
        AssertViolations(await Gateway.CallAsync(operation, "{}"), Null("encryptionType"), Null("keyId"));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "s", EncryptionType = "AES", KeyId = "" }),
            Fails("AES", "encryptionType", "Member must satisfy enum value set: [NONE, KMS]"), Fails("", "keyId", NotEmpty));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "s", EncryptionType = "KMS", KeyId = new string('k', 2049) }),
            Fails(new string('k', 2049), "keyId", AtMost(2048)));
    }
}
