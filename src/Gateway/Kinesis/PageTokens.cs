using System.Text;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Pagination tokens: sealed text, good for five minutes on any node.</summary>
internal sealed class PageTokens(TokenSealer sealer, TimeProvider time)
{
    public string Write(TokenPurpose purpose, string text) => sealer.Seal(purpose, Encoding.UTF8.GetBytes(text));

    public string Read(TokenPurpose purpose, string token)
    {
        if (!sealer.TryOpen(purpose, token, out var payload, out var issuedAt)) throw KinesisErrors.InvalidNextToken();
        return time.GetUtcNow() - issuedAt <= KinesisLimits.TokenLifetime
            ? Encoding.UTF8.GetString(payload)
            : throw KinesisErrors.ExpiredNextToken();
    }
}
