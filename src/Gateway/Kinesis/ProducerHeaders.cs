using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorStreams.Shards.Log;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// What a producer says of its put: who it is, in which of its lives, and how far in its source each record stands. With that its records
/// are stored once for ever, not only within the window of retries.
/// </summary>
internal sealed class ProducerHeaders
{
    public const string NameHeader = "x-actorstreams-producer";
    public const string EpochHeader = "x-actorstreams-epoch";
    public const string PositionHeader = "x-actorstreams-position";

    /// <summary>Of the answer: how many of the records had been stored before.</summary>
    public const string RepeatedHeader = "x-actorstreams-repeated";

    // Keeps producers outside apart from those of pipelines, which are in the same shards.
    private const string NamePrefix = "put:";

    private readonly ImmutableArray<ProducerPosition> _positions;

    private ProducerHeaders(string name, long epoch, ImmutableArray<ProducerPosition> positions)
    {
        Producer = name;
        Epoch = epoch;
        _positions = positions;
    }

    public string Producer { get; }

    public long Epoch { get; }

    /// <summary>Null where none of the headers is there; throws the error that says what is wrong.</summary>
    public static ProducerHeaders? Of(ApiCall call)
    {
        var (name, epoch, position) = (call.Header(NameHeader), call.Header(EpochHeader), call.Header(PositionHeader));
        if (name is null && epoch is null && position is null) return null;
        if (name is null || epoch is null || position is null)
        {
            var missing = name is null ? NameHeader : epoch is null ? EpochHeader : PositionHeader;
            throw KinesisErrors.InvalidArgument($"{NameHeader}, {EpochHeader} and {PositionHeader} come together; {missing} is missing.");
        }
        // To put is not to be the owner's producer: that could be shut out, or its records be taken for stored.
        var prefix = call.IsForeign ? $"put@{call.Caller.AccountId}:" : NamePrefix;
        var bytesMax = ShardState.ProducerNameBytesMax - prefix.Length;
        if (Encoding.UTF8.GetByteCount(name) is var bytes && (bytes == 0 || bytes > bytesMax))
            throw KinesisErrors.InvalidArgument($"{NameHeader} has 1 to {bytesMax} bytes; this one has {bytes}.");
        if (!long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw KinesisErrors.InvalidArgument($"{EpochHeader} is an integer from 0 to {long.MaxValue}; it is '{epoch}'.");
        return new ProducerHeaders(prefix + name, number, Positions(position));
    }

    /// <summary>Throws where the positions are not one, or one for each record.</summary>
    public void CheckCount(int records)
    {
        if (_positions.Length != 1 && _positions.Length != records)
        {
            throw KinesisErrors.InvalidArgument(
                $"{PositionHeader} holds one position for all records or one for each; it holds {_positions.Length} for {records} records.");
        }
    }

    public ProducerPosition PositionOf(int entry) => _positions.Length == 1 ? _positions[0] : _positions[entry];

    private static ImmutableArray<ProducerPosition> Positions(string text)
    {
        var positions = ImmutableArray.CreateBuilder<ProducerPosition>();
        foreach (var part in text.Split(','))
        {
            var position = Position(part.Trim());
            if (positions.Count > 0 && position <= positions[^1])
            {
                throw KinesisErrors.InvalidArgument(
                    $"The positions in {PositionHeader} rise from record to record; '{part.Trim()}', the {positions.Count + 1}th, is not above the one before.");
            }
            positions.Add(position);
        }
        return positions.DrainToImmutable();
    }

    private static ProducerPosition Position(string text)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var bytes = new byte[sizeof(ulong)];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
            return new ProducerPosition(bytes);
        }
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Length % 2 == 0
            && text.Length is > 2 and <= 2 + (2 * ProducerPosition.BytesMax) && text.AsSpan(2).IndexOfAnyExcept(s_hexDigits) < 0)
            return new ProducerPosition(Convert.FromHexString(text.AsSpan(2)));
        throw KinesisErrors.InvalidArgument(
            $"A position in {PositionHeader} is an integer from 0 to {ulong.MaxValue}, or 0x and the hex digits of 1 to {ProducerPosition.BytesMax} bytes; '{text}' is neither.");
    }

    private static readonly System.Buffers.SearchValues<char> s_hexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
