using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Seals the stream's records from now on with a key of this installation.</summary>
/// <param name="keys">Of this node; the nodes of the shards must have the key too.</param>
internal sealed class StartStreamEncryption(IStreams streams, StreamChanger changer, EncryptionKeys keys) : IApiAction
{
    internal static readonly ImmutableArray<Member> Input =
    [
        new("EncryptionType", MemberType.String) { IsRequired = true, Allowed = ["NONE", "KMS"] },
        new("KeyId", MemberType.String) { IsRequired = true, LengthMin = 1, LengthMax = 2048 },
        Members.StreamName,
        Members.StreamArn,
    ];

    public string Operation => "StartStreamEncryption";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        await streams.DescriptionAsync(stream, call);
        if (input.Text("EncryptionType") != "KMS") throw KinesisErrors.InvalidArgument("EncryptionType must be KMS.");
        var keyId = input.Text("KeyId")!;
        if (keys.Find(keyId) is null) throw ChangeErrors.KeyNotFound(keyId);
        await changer.ChangeAsync(stream, new StreamChange.SetEncryption(keyId), call);
        await call.AnswerEmptyAsync();
    }
}
