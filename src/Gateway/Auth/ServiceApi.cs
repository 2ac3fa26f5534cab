namespace ActorStreams.Gateway.Auth;

/// <summary>An API of the endpoint: how its calls are addressed, and the name that they are signed for and that policies begin actions with.</summary>
/// <param name="TargetPrefix">Of <c>X-Amz-Target</c>, with the dot.</param>
/// <param name="TakesCbor">JSON is taken by all.</param>
internal sealed record ServiceApi(string Service, string TargetPrefix, bool TakesCbor)
{
    public static readonly ServiceApi Kinesis = new("kinesis", "Kinesis_20131202.", TakesCbor: true);

    public static readonly ServiceApi Firehose = new("firehose", "Firehose_20150804.", TakesCbor: false);
}
