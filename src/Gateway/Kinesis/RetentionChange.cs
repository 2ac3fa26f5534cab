using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What raising and lowering the retention of a stream have in common.</summary>
internal sealed class RetentionChange(IStreams streams, StreamChanger changer)
{
    private static readonly ImmutableArray<Member> Input =
        [new("RetentionPeriodHours", MemberType.Integer) { IsRequired = true }, Members.StreamName, Members.StreamArn];

    public async Task InvokeAsync(ApiCall call, bool isIncrease)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var hours = input.Integer("RetentionPeriodHours")!.Value;
        await streams.DescriptionAsync(stream, call);
        if (hours < KinesisLimits.RetentionHoursMin) throw Outside("Minimum", KinesisLimits.RetentionHoursMin, hours, "short");
        if (hours > KinesisLimits.RetentionHoursMax) throw Outside("Maximum", KinesisLimits.RetentionHoursMax, hours, "long");
        await changer.ChangeAsync(stream, new StreamChange.SetRetention(hours, isIncrease), call);
        await call.AnswerEmptyAsync();
    }

    private static ApiException Outside(string end, int bound, int hours, string what) => KinesisErrors.InvalidArgument(string.Create(
        CultureInfo.InvariantCulture,
        $"{end} allowed retention period is {bound} hours. Requested retention period ({hours} hours) is too {what}."));
}
