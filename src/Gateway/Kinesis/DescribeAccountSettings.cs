using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Nothing is billed here, so there is no commitment to a minimum of it either.</summary>
internal sealed class DescribeAccountSettings : IApiAction
{
    public string Operation => "DescribeAccountSettings";

    public async Task InvokeAsync(ApiCall call)
    {
        call.Read([]);
        await call.AnswerAsync(WriteSettings);
    }

    public static void WriteSettings(AnswerWriter answer) =>
        answer.Object("MinimumThroughputBillingCommitment", writer => writer.String("Status", "DISABLED"));
}
