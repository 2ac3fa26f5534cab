using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Members that many requests share, with the constraints of the API model.</summary>
internal static class Members
{
    public static readonly Pattern NamePattern = new("[a-zA-Z0-9_.-]+");
    public static readonly Pattern HashKeyPattern = new(@"0|([1-9]\d{0,38})");
    public static readonly Pattern SequenceNumberPattern = new(@"0|([1-9]\d{0,128})");
    private static readonly Pattern ResourceArnPattern = new(@"arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+");
    private static readonly Pattern StreamArnPattern = new(@"arn:aws.*:kinesis:.*:\d{12}:stream/\S+");

    private static readonly Pattern ConsumerArnPattern = new(
        @"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+");

    public static readonly Member StreamName = Name("StreamName");

    public static readonly Member RequiredStreamName = StreamName with { IsRequired = true };

    public static readonly Member StreamArn =
        new("StreamARN", MemberType.String) { Pattern = StreamArnPattern, LengthMin = 1, LengthMax = 2048 };

    /// <summary>A stream or a consumer; see <see cref="ResourceReference"/>.</summary>
    public static readonly Member ResourceArn =
        new("ResourceARN", MemberType.String) { IsRequired = true, Pattern = ResourceArnPattern, LengthMin = 1, LengthMax = 2048 };

    public static readonly Member ConsumerArn =
        new("ConsumerARN", MemberType.String) { Pattern = ConsumerArnPattern, LengthMin = 1, LengthMax = 2048 };

    private static readonly Member TagKey = new("TagKey", MemberType.String) { LengthMin = 1, LengthMax = 128 };

    public static readonly Member Tags = new("Tags", MemberType.StringMap)
    {
        LengthMin = 1,
        LengthMax = 200,
        Keys = TagKey,
        Items = new("TagValue", MemberType.String) { LengthMax = 256 },
    };

    public static readonly Member TagKeys =
        new("TagKeys", MemberType.StringList) { IsRequired = true, LengthMin = 1, LengthMax = 50, Items = TagKey };

    public static readonly Member StreamModeDetails = new("StreamModeDetails", MemberType.Structure)
    {
        Members = [new("StreamMode", MemberType.String) { IsRequired = true, Allowed = ["PROVISIONED", "ON_DEMAND"] }],
    };

    public static readonly Member WarmThroughput = new("WarmThroughputMiBps", MemberType.Integer) { ValueMin = 0 };

    public static readonly Member MaxRecordSize = new("MaxRecordSizeInKiB", MemberType.Integer) { ValueMin = 1024, ValueMax = 10240 };

    public static readonly Member NextToken = new("NextToken", MemberType.String) { LengthMin = 1, LengthMax = 1_048_576 };

    public static readonly Member StreamCreationTimestamp = new("StreamCreationTimestamp", MemberType.Timestamp);

    /// <summary>Names of streams and of shards have the same constraints.</summary>
    public static Member Name(string member, bool required = false) =>
        new(member, MemberType.String) { IsRequired = required, Pattern = NamePattern, LengthMin = 1, LengthMax = 128 };

    /// <summary>A limit of 1 to 10,000, as all lists but those of tags have it.</summary>
    public static Member Limit(string name) => new(name, MemberType.Integer) { ValueMin = 1, ValueMax = 10_000 };

    public static Member SequenceNumber(string name) => new(name, MemberType.String) { Pattern = SequenceNumberPattern };
}
