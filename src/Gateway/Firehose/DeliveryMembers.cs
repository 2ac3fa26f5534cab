using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Members that several operations of Firehose have, with the constraints of the API model.</summary>
internal static class DeliveryMembers
{
    private static readonly Pattern s_name = new("[a-zA-Z0-9_.-]+");
    private static readonly Pattern s_tagKey = new(@"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$", @"[\p{L}\p{Z}\p{N}_.:/=+\-@%]*", notBefore: "aws:");
    private static readonly Pattern s_tagValue = new(@"^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$", @"[\p{L}\p{Z}\p{N}_.:/=+\-@%]*");

    public static readonly Member Name = Named("DeliveryStreamName") with { IsRequired = true };

    public static readonly Member TagKey = new("Key", MemberType.String) { IsRequired = true, LengthMin = 1, LengthMax = 128, Pattern = s_tagKey };

    public static readonly Member Tags = new("Tags", MemberType.StructureList)
    {
        LengthMin = 1,
        LengthMax = FirehoseLimits.TagsMax,
        Members = [TagKey, new("Value", MemberType.String) { LengthMax = 256, Pattern = s_tagValue }],
    };

    public static readonly Member StreamType = new("DeliveryStreamType", MemberType.String)
    {
        Allowed = ["DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"],
    };

    public static readonly Member Encryption = new("DeliveryStreamEncryptionConfigurationInput", MemberType.Structure)
    {
        Members =
        [
            new("KeyARN", MemberType.String) { LengthMin = 1, LengthMax = 512, Pattern = DestinationMembers.KmsKeyArn },
            new("KeyType", MemberType.String) { IsRequired = true, Allowed = ["AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"] },
        ],
    };

    public static Member Named(string member) => new(member, MemberType.String) { Pattern = s_name, LengthMin = 1, LengthMax = 64 };

    /// <summary>The tags of a request; of two of one key the last counts.</summary>
    public static ImmutableSortedDictionary<string, string> ReadTags(ShapeValues input)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var tag in input.Structures("Tags") ?? []) tags[tag.Text("Key")!] = tag.Text("Value") ?? "";
        return tags.ToImmutable();
    }
}
