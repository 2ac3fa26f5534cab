using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Takes what is so already.</summary>
internal sealed class UpdateAccountSettings : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("MinimumThroughputBillingCommitment", MemberType.Structure)
        {
            IsRequired = true,
            Members = [new("Status", MemberType.String) { IsRequired = true, Allowed = ["ENABLED", "DISABLED"] }],
        },
    ];

    public string Operation => "UpdateAccountSettings";

    public async Task InvokeAsync(ApiCall call)
    {
        if (call.Read(Input).Structure("MinimumThroughputBillingCommitment")!.Text("Status") != "DISABLED")
        {
            throw KinesisErrors.Validation(
                "MinimumThroughputBillingCommitment cannot be ENABLED: nothing is billed here. What it unlocks on AWS, warm throughput, is there without it.");
        }
        await call.AnswerAsync(DescribeAccountSettings.WriteSettings);
    }
}
