using System.Collections.Immutable;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class GetShardIterator(StartingPositions positions, ShardIterators iterators, CompatLimits? limits) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.Name("ShardId", required: true),
        new("ShardIteratorType", MemberType.String)
        {
            IsRequired = true,
            Allowed = StartingPositions.Types,
        },
        Members.SequenceNumber("StartingSequenceNumber"),
        Members.StreamName,
        new("Timestamp", MemberType.Timestamp),
        Members.StreamArn,
    ];

    public string Operation => "GetShardIterator";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var wanted = new StartingPosition(
            input.Text("ShardIteratorType")!, input.Text("StartingSequenceNumber"), input.TimestampMs("Timestamp"));
        var target = await positions.FindAsync(stream, input.Text("ShardId")!, call, shard => limits?.TakeIterator(shard, stream, call));
        var position = await positions.PositionAsync(wanted, target);
        var iterator = iterators.Write(new ShardIterator(stream, target.Shard.Key, position));
        await call.AnswerAsync(writer => writer.String("ShardIterator", iterator));
    }
}
