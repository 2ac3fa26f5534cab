using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeregisterStreamConsumer(IStreams streams, StreamChanger changer) : IApiAction
{
    public string Operation => "DeregisterStreamConsumer";

    public async Task InvokeAsync(ApiCall call)
    {
        var (stream, consumer) = await streams.ConsumerAsync(call.Read(DescribeStreamConsumer.Input), call);
        await changer.ChangeAsync(stream.Id, new StreamChange.DeregisterConsumer(consumer.Name), call);
        await call.AnswerEmptyAsync();
    }
}
