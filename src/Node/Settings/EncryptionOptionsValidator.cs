using ActorStreams.Shards.Encryption;
using Microsoft.Extensions.Options;

namespace ActorStreams.Node.Settings;

internal sealed class EncryptionOptionsValidator : IValidateOptions<EncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        var errors = new List<string>();
        EncryptionKeys.Load(options, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
