using System.Globalization;
using System.Text;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Writes the answer to PutRecords by hand: entries of a shard differ in the digits of their index only, and their length is known, so
/// the whole goes into one span of the response.
/// </summary>
internal static class PutRecordsAnswer
{
    private static ReadOnlySpan<byte> NumberPrefix => "{\"SequenceNumber\":\""u8;

    public static void Write(KinesisCall call, PutRequest request, List<ShardPut> puts, StreamId stream)
    {
        var parts = puts.ConvertAll(p => Part.Of(p, stream.Name, call.AccountId));
        var failed = 0;
        var total = 0;
        foreach (ref readonly var entry in request.Entries)
        {
            var part = parts[entry.Block];
            total += part.EntryBytes + 1;
            if (part.Numbers is null) failed++;
        }
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"FailedRecordCount\":{failed},\"Records\":["));
        // One comma too many was counted, and "]}" is to come.
        total += head.Length - 1 + 2;
        call.BeginAnswer(total);
        var writer = call.Response.BodyWriter;
        var span = writer.GetSpan(total)[..total];
        head.CopyTo(span);
        var rest = span[head.Length..];
        foreach (ref readonly var entry in request.Entries)
        {
            var part = parts[entry.Block];
            part.Write(entry.IndexInBlock, rest);
            rest = rest[part.EntryBytes..];
            rest[0] = (byte)',';
            rest = rest[1..];
            if (rest.Length == 1) break;
        }
        // Over the last comma.
        "]}"u8.CopyTo(span[^2..]);
        writer.Advance(total);
    }

    /// <summary>What the entries of one shard have in common.</summary>
    private sealed class Part
    {
        private readonly int _firstIndex;
        private readonly byte[] _text;

        private Part(SequenceNumberWriter? numbers, int firstIndex, byte[] text)
        {
            Numbers = numbers;
            _firstIndex = firstIndex;
            _text = text;
            EntryBytes = numbers is null ? text.Length : NumberPrefix.Length + SequenceNumber.Digits + text.Length;
        }

        /// <summary>Null when the entries failed.</summary>
        public SequenceNumberWriter? Numbers { get; }

        public int EntryBytes { get; }

        public static Part Of(ShardPut put, string stream, string account)
        {
            var shard = put.Shard.Key;
            switch (put.Reply)
            {
                case AppendReply.Appended appended:
                    var first = new SequenceNumber(shard.Incarnation, appended.Generation, shard.Shard, appended.Row, 0);
                    return new Part(
                        new SequenceNumberWriter(first), appended.FirstIndex, Encoding.ASCII.GetBytes($"\",\"ShardId\":\"{shard.ShardId}\"}}"));
                case AppendReply.Refused { Error: AppendError.Overloaded }:
                    return Failed("ProvisionedThroughputExceededException", KinesisErrors.RateExceededText(shard.ShardId, stream, account));
                default:
                    return Failed("InternalFailure", "Internal Service Failure");
            }
        }

        public void Write(int indexInBlock, Span<byte> destination)
        {
            if (Numbers is not { } numbers)
            {
                _text.CopyTo(destination);
                return;
            }
            NumberPrefix.CopyTo(destination);
            numbers.Write(_firstIndex + indexInBlock, destination[NumberPrefix.Length..]);
            _text.CopyTo(destination[(NumberPrefix.Length + SequenceNumber.Digits)..]);
        }

        // Codes, stream names and shard ids hold nothing that JSON would have escaped.
        private static Part Failed(string code, string message) =>
            new(null, 0, Encoding.ASCII.GetBytes($"{{\"ErrorCode\":\"{code}\",\"ErrorMessage\":\"{message}\"}}"));
    }
}
