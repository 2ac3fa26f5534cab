namespace ActorStreams.Gateway.Tests.Kinesis;

public class UpdateStreamRecordDistributionStrategySpecs : GatewaySpecs
{
    [Fact]
    public async Task Records_go_where_their_keys_say_and_nowhere_else()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s" })).AssertOk();
        await Gateway.StreamAsync("p");

        (await DistributeAsync("s", "USER_PARTITION_KEY")).AssertOk();
        (await DistributeAsync("s", "AUTO")).AssertError(
            "InvalidArgumentException",
            "RecordDistributionStrategy AUTO is not served here: records go where their partition keys say, as with USER_PARTITION_KEY.");
        (await DistributeAsync("p", "USER_PARTITION_KEY"))
            .AssertError("ValidationException", $"Request is invalid. Stream p under account {Account} is in Provisioned mode.");
        (await DistributeAsync("nope", "AUTO")).AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        AssertViolations(
            await DistributeAsync("s", "ANY"),
            Fails("ANY", "recordDistributionStrategy", "Member must satisfy enum value set: [AUTO, USER_PARTITION_KEY]"));
    }

    private Task<Answer> DistributeAsync(string stream, string strategy) => Gateway.CallAsync(
        "UpdateStreamRecordDistributionStrategy", new { StreamARN = GatewayHost.ArnOf(stream), RecordDistributionStrategy = strategy });
}
