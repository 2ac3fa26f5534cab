namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>DescribeAccountSettings and UpdateAccountSettings.</summary>
public class AccountSettingsSpecs : GatewaySpecs
{
    [Fact]
    public async Task Nothing_is_billed_so_there_is_no_commitment()
    {
        const string Settings = "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"DISABLED\"}}";

        Assert.Equal(Settings, (await Gateway.CallAsync("DescribeAccountSettings", "{}")).AssertOk().ToJsonString());
        Assert.Equal(Settings, (await Gateway.CallAsync("UpdateAccountSettings", Settings)).AssertOk().ToJsonString());
        (await Gateway.CallAsync("UpdateAccountSettings", Settings.Replace("DIS", "EN"))).AssertError(
            "ValidationException",
            "MinimumThroughputBillingCommitment cannot be ENABLED: nothing is billed here. What it unlocks on AWS, warm throughput, is there without it.");
        AssertViolations(await Gateway.CallAsync("UpdateAccountSettings", "{}"), Null("minimumThroughputBillingCommitment"));
        AssertViolations(
            await Gateway.CallAsync("UpdateAccountSettings", "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"MAYBE\"}}"),
            Fails("MAYBE", "minimumThroughputBillingCommitment.status", "Member must satisfy enum value set: [ENABLED, DISABLED]"));
    }
}
