using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class UpdateMaxRecordSize(StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.MaxRecordSize with { IsRequired = true }, Members.StreamArn];

    public string Operation => "UpdateMaxRecordSize";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(null, input.Text("StreamARN"), call);
        await changer.ChangeAsync(stream, new StreamChange.SetMaxRecordSize(input.Integer("MaxRecordSizeInKiB")!.Value), call);
        await call.AnswerEmptyAsync();
    }
}
