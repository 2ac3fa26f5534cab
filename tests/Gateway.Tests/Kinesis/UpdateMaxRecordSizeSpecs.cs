namespace ActorStreams.Gateway.Tests.Kinesis;

public class UpdateMaxRecordSizeSpecs : GatewaySpecs
{
    private static readonly string s_arn = GatewayHost.ArnOf("s");

    [Fact]
    public async Task Records_may_grow_with_the_stream_they_go_to()
    {
        await Gateway.StreamAsync();
        var data = Convert.ToBase64String(new byte[2 * 1024 * 1024]);
        Assert.Equal(400, (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).Status);

        var answer = await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 10_240 });

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(10_240, (int)(await Gateway.SummaryAsync())["MaxRecordSizeInKiB"]!);
        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).AssertOk();
        (await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 1024 })).AssertOk();
        AssertViolations(
            await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 1023 }),
            Fails("1023", "maxRecordSizeInKiB", ValueAtLeast(1024)));
        AssertViolations(
            await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 10_241 }),
            Fails("10241", "maxRecordSizeInKiB", ValueAtMost(10_240)));
        AssertViolations(await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn }), Null("maxRecordSizeInKiB"));
    }
}
