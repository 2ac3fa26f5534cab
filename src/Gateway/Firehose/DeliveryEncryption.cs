using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Which key of this installation a request means.</summary>
internal static class DeliveryEncryption
{
    /// <summary>What stands for the key that the service owns: here whoever runs the nodes does.</summary>
    public const string OwnedKey = "aws/firehose";

    public static bool IsOwned(string key) => key == OwnedKey;

    /// <summary>The key's id; throws the error that says why there is none.</summary>
    /// <param name="said">Null where the request says nothing of it, which means the service's own key.</param>
    public static string Read(ShapeValues? said, EncryptionKeys keys)
    {
        var arn = said?.Text("KeyARN");
        if (said?.Text("KeyType") is null or "AWS_OWNED_CMK")
        {
            if (arn is not null) throw KinesisErrors.InvalidArgument("KeyARN must not be given when KeyType is AWS_OWNED_CMK.");
            return keys.Find(OwnedKey) is not null
                ? OwnedKey
                : throw FirehoseErrors.InvalidKms(
                    $"There is no key of the service; it is the one named '{OwnedKey}' in the setting ActorStreams:Encryption:Keys. Configure it, or name another one by KeyARN with KeyType CUSTOMER_MANAGED_CMK.");
        }
        if (arn is null) throw KinesisErrors.InvalidArgument("KeyARN must be given when KeyType is CUSTOMER_MANAGED_CMK.");
        return keys.Find(arn) is not null
            ? arn
            : throw FirehoseErrors.InvalidKms($"Key '{arn}' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.");
    }
}
