using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

internal sealed class CreateDeliveryStream(DeliverySources sources, DestinationStreams targets, DeliveryLookup lookup, EncryptionKeys keys) : FirehoseAction("CreateDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        DeliveryMembers.StreamType,
        new("DirectPutSourceConfiguration", MemberType.Structure)
        {
            Members = [new("ThroughputHintInMBs", MemberType.Integer) { IsRequired = true, ValueMin = 1, ValueMax = 100 }],
        },
        new("KinesisStreamSourceConfiguration", MemberType.Structure)
        {
            Members =
            [
                new("KinesisStreamARN", MemberType.String)
                {
                    IsRequired = true, LengthMin = 1, LengthMax = 512, Pattern = new(@"arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+"),
                },
                DestinationMembers.RoleArn with { IsRequired = true },
            ],
        },
        new("MSKSourceConfiguration", MemberType.Structure),
        new("DatabaseSourceConfiguration", MemberType.Structure),
        DeliveryMembers.Encryption,
        .. DestinationKind.Configurations,
        DeliveryMembers.Tags,
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName")!);
        call.Authorize(id);
        // Names are folders in the spool, and parts of addresses.
        if (id.Name is "." or "..") throw KinesisErrors.InvalidArgument($"DeliveryStreamName '{id.Name}' is not allowed: it is no name of a folder.");
        var source = ReadSource(input);
        var (kind, said) = DestinationKind.ReadConfiguration(input);
        var document = DestinationDocuments.Completed(kind, said);
        DestinationRules.Check(kind, document);
        var kinesis = input.Structure("KinesisStreamSourceConfiguration");
        StreamId? read = source == DeliverySource.DirectPut ? null : await SourceStreamAsync(kinesis!.Text("KinesisStreamARN")!, call);
        await targets.CheckAsync(id, document, read, call);
        var stream = new NewDeliveryStream(
            id,
            source,
            read,
            kinesis?.Text("RoleARN"),
            new DeliveryDestination(kind.Name, document),
            ReadKey(input, source),
            DeliveryMembers.ReadTags(input));
        await lookup.ChangeAsync(id, (deliveries, cancel) => deliveries.CreateAsync(stream, cancel), call);
        await call.AnswerAsync(writer => writer.String("DeliveryStreamARN", DeliveryStreamReference.Arn(id, call.AccountId)));
    }

    private static DeliverySource ReadSource(ShapeValues input)
    {
        var type = input.Text("DeliveryStreamType") ?? "DirectPut";
        if (type is not ("DirectPut" or "KinesisStreamAsSource"))
            throw KinesisErrors.InvalidArgument($"DeliveryStreamType {type} is not supported; supported are DirectPut and KinesisStreamAsSource.");
        foreach (var other in (string[])["MSKSourceConfiguration", "DatabaseSourceConfiguration"])
        {
            if (input.Structure(other) is not null)
                throw KinesisErrors.InvalidArgument($"{other} is not supported; supported are DirectPutSourceConfiguration and KinesisStreamSourceConfiguration.");
        }
        var hasKinesis = input.Structure("KinesisStreamSourceConfiguration") is not null;
        if (type == "DirectPut")
        {
            return hasKinesis
                ? throw KinesisErrors.InvalidArgument("KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type")
                : DeliverySource.DirectPut;
        }
        if (!hasKinesis) throw KinesisErrors.InvalidArgument("KinesisStreamSourceConfiguration must be given for KinesisStreamAsSource stream type.");
        return input.Structure("DirectPutSourceConfiguration") is null
            ? DeliverySource.KinesisStreamAsSource
            : throw KinesisErrors.InvalidArgument("DirectPutSourceConfiguration is only applicable for DirectPut stream type.");
    }

    private string? ReadKey(ShapeValues input, DeliverySource source)
    {
        if (input.Structure("DeliveryStreamEncryptionConfigurationInput") is not { } said) return null;
        return source == DeliverySource.DirectPut
            ? DeliveryEncryption.Read(said, keys)
            : throw KinesisErrors.InvalidArgument("DeliveryStreamEncryptionConfigurationInput is only applicable for DirectPut stream type.");
    }

    private async Task<StreamId> SourceStreamAsync(string arn, ApiCall call)
    {
        if (StreamReference.Find(arn, call) is not { } stream)
            throw KinesisErrors.InvalidArgument($"KinesisStreamARN {arn} names no stream of account {call.AccountId} in {call.Region}.");
        await sources.CheckAsync(stream, call);
        return stream;
    }
}
