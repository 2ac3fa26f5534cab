using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Changes what an update says of a destination; the rest stays as it is.</summary>
internal sealed class UpdateDestination(DestinationStreams targets, DeliveryLookup lookup) : FirehoseAction("UpdateDestination")
{
    public static readonly Pattern IdPattern = new("[a-zA-Z0-9-]+");

    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        new("CurrentDeliveryStreamVersionId", MemberType.String) { IsRequired = true, LengthMin = 1, LengthMax = 50, Pattern = new("[0-9]+") },
        new("DestinationId", MemberType.String) { IsRequired = true, LengthMin = 1, LengthMax = 100, Pattern = IdPattern },
        .. DestinationKind.Updates,
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName")!);
        var present = await lookup.DescribeAsync(id, call);
        var (kind, said) = DestinationKind.ReadUpdate(input);
        var named = input.Text("CurrentDeliveryStreamVersionId")!;
        if (!long.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version != present.Version)
            throw FirehoseErrors.VersionDiffers(id, named, present.Version);
        if (input.Text("DestinationId") is var destination && destination != DeliveryDescription.DestinationId)
            throw KinesisErrors.InvalidArgument($"Destination Id {destination} not found");
        if (DestinationKind.Of(present.Destination) is var was && was != kind)
            throw KinesisErrors.InvalidArgument($"Changing the destination type from {was.Name} to {kind.Name} is not supported at this time.");
        var document = DestinationDocuments.Completed(kind, DestinationDocuments.Merged(present.Destination.Configuration, said));
        DestinationRules.CheckChange(present.Destination.Configuration, document);
        DestinationRules.Check(kind, document);
        await targets.CheckAsync(id, document, present.Stream, call);
        await lookup.ChangeAsync(
            id, (deliveries, cancel) => deliveries.UpdateAsync(id, version, new DeliveryDestination(kind.Name, document), cancel), call, named);
        await call.AnswerAsync(_ => { });
    }
}
