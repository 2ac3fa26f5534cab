using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Stores the stream's records in clear from now on. Which key the request names makes no difference: there is one at most.</summary>
internal sealed class StopStreamEncryption(IStreams streams, StreamChanger changer) : IApiAction
{
    public string Operation => "StopStreamEncryption";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(StartStreamEncryption.Input);
        var stream = StreamReference.Resolve(input, call);
        await streams.DescriptionAsync(stream, call);
        if (input.Text("EncryptionType") != "KMS") throw KinesisErrors.InvalidArgument("EncryptionType must be KMS.");
        await changer.ChangeAsync(stream, new StreamChange.SetEncryption(null), call);
        await call.AnswerEmptyAsync();
    }
}
