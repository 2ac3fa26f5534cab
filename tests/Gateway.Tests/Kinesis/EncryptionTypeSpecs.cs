using System.Text.Json.Nodes;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What an encrypted stream adds to answers.</summary>
public sealed class EncryptionTypeSpecs
{
    [Theory]
    [InlineData(GatewayHost.Json)]
    [InlineData(GatewayHost.Cbor)]
    public async Task Puts_to_an_encrypted_stream_and_records_that_were_sealed_say_so(string contentType)
    {
        await using var gateway = await GatewayHost.StartAsync(contentType: contentType);
        await gateway.StreamAsync();
        await gateway.PutAsync("clear");

        await SetEncryptionAsync(gateway, "alias/orders");
        var one = (await gateway.CallAsync("PutRecord", new { StreamName = "s", Data = GatewayHost.Base64("sealed"), PartitionKey = "k" })).AssertOk();
        var many = (await gateway.CallAsync("PutRecords", new { StreamName = "s", Records = new[] { new { Data = "AAAA", PartitionKey = "k" } } })).AssertOk();
        var described = (await gateway.CallAsync("DescribeStreamSummary", new { StreamName = "s" })).AssertOk();
        await SetEncryptionAsync(gateway, null);
        var after = (await gateway.CallAsync("PutRecord", new { StreamName = "s", Data = "AAAA", PartitionKey = "k" })).AssertOk();

        Assert.Equal(("KMS", "KMS", null), ((string?)one["EncryptionType"], (string?)many["EncryptionType"], (string?)after["EncryptionType"]));
        Assert.Equal(("KMS", "alias/orders"), (
            (string?)described["StreamDescriptionSummary"]!["EncryptionType"], (string?)described["StreamDescriptionSummary"]!["KeyId"]));
        var records = (await gateway.GetRecordsAsync(await gateway.IteratorAsync()))["Records"]!.AsArray();
        Assert.Equal([null, "KMS", "KMS", null], records.Select(r => (string?)r!["EncryptionType"]));
        Assert.Equal(["SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey", "EncryptionType"], ((JsonObject)records[1]!).Select(m => m.Key));
        Assert.Equal(GatewayHost.Base64("sealed"), (string?)records[1]!["Data"]);
    }

    private static async Task SetEncryptionAsync(GatewayHost gateway, string? keyId) => Assert.IsType<UpdateStreamResult.Updated>(
        await gateway.Streams.UpdateStreamAsync(new StreamId(GatewayHost.Region, "s"), new StreamChange.SetEncryption(keyId), false, CancellationToken.None));
}
