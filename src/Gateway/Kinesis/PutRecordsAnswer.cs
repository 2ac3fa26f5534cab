using System.Globalization;
using System.Text;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Writes the answer to PutRecords by hand: entries of a shard differ in the digits of their index only, and their length is known, so
/// the whole goes into one span of the response. A JSON entry is followed by a comma, and the tail stands over the last one.
/// </summary>
internal static class PutRecordsAnswer
{
    public static void Write(ApiCall call, PutRequest request, List<ShardPut> puts, StreamId stream, bool isEncrypted)
    {
        var isJson = call.Encoding == WireEncoding.Json;
        var parts = puts.ConvertAll(p => Part.Of(p, stream.Name, call));
        var failed = 0;
        var total = 0;
        foreach (ref readonly var entry in request.Entries)
        {
            var part = parts[entry.Block];
            total += part.EntryBytes;
            if (part.IsFailed) failed++;
        }
        var head = isJson ? JsonHead(failed) : CborHead(failed, request.Entries.Length);
        var tail = isJson ? JsonTail(isEncrypted) : isEncrypted ? s_cborSealedTail : [Cbor.Break];
        var overlap = isJson ? 1 : 0;
        total += head.Length - overlap + tail.Length;
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
        }
        tail.CopyTo(span[^tail.Length..]);
        writer.Advance(total);
    }

    private static readonly byte[] s_cborSealedTail = new CborPieces().Text("EncryptionType").Text("KMS").Byte(Cbor.Break).ToArray();

    private static ReadOnlySpan<byte> JsonTail(bool isEncrypted) => isEncrypted ? "],\"EncryptionType\":\"KMS\"}"u8 : "]}"u8;

    private static byte[] JsonHead(int failed) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"FailedRecordCount\":{failed},\"Records\":["));

    private static byte[] CborHead(int failed, int entries) => new CborPieces()
        .Byte(Cbor.MapStart).Text("FailedRecordCount").Head(Cbor.Unsigned, failed).Text("Records").Head(Cbor.List, entries).ToArray();

    /// <summary>What the entries of one shard have in common.</summary>
    private sealed class Part
    {
        private static readonly byte[] JsonPrefix = "{\"SequenceNumber\":\""u8.ToArray();
        private static readonly byte[] CborPrefix =
            new CborPieces().Head(Cbor.Map, 2).Text("SequenceNumber").Head(Cbor.Text, SequenceNumber.Digits).ToArray();

        private readonly int _firstIndex;
        private readonly byte[] _prefix;
        private readonly byte[] _text;

        private Part(SequenceNumberWriter? numbers, int firstIndex, byte[] prefix, byte[] text)
        {
            Numbers = numbers;
            _firstIndex = firstIndex;
            _prefix = prefix;
            _text = text;
            EntryBytes = numbers is null ? text.Length : prefix.Length + SequenceNumber.Digits + text.Length;
        }

        /// <summary>Null when the entries failed, or were stored before under numbers that the shard does not remember.</summary>
        public SequenceNumberWriter? Numbers { get; }

        public bool IsFailed { get; private init; }

        /// <summary>With the comma of a JSON entry.</summary>
        public int EntryBytes { get; }

        public static Part Of(ShardPut put, string stream, ApiCall call)
        {
            var shard = put.Shard.Key;
            switch (put.Reply)
            {
                case AppendReply.Appended appended:
                    var first = new SequenceNumber(shard.Incarnation, appended.Generation, shard.Shard, appended.Row, 0);
                    var numbers = new SequenceNumberWriter(first);
                    return call.Encoding == WireEncoding.Json
                        ? new Part(numbers, appended.FirstIndex, JsonPrefix, Encoding.ASCII.GetBytes($"\",\"ShardId\":\"{shard.ShardId}\"}},"))
                        : new Part(numbers, appended.FirstIndex, CborPrefix, new CborPieces().Text("ShardId").Text(shard.ShardId).ToArray());
                case AppendReply.Repeated:
                    return new Part(null, 0, [], call.Encoding == WireEncoding.Json
                        ? Encoding.ASCII.GetBytes($"{{\"ShardId\":\"{shard.ShardId}\"}},")
                        : new CborPieces().Head(Cbor.Map, 1).Text("ShardId").Text(shard.ShardId).ToArray());
                case AppendReply.Refused { Error: AppendError.Overloaded }:
                    return Failed(
                        "ProvisionedThroughputExceededException",
                        KinesisErrors.RateExceededText(shard.ShardId, stream, call.AccountId),
                        call.Encoding);
                default:
                    return Failed("InternalFailure", "Internal Service Failure", call.Encoding);
            }
        }

        public void Write(int indexInBlock, Span<byte> destination)
        {
            if (Numbers is not { } numbers)
            {
                _text.CopyTo(destination);
                return;
            }
            _prefix.CopyTo(destination);
            numbers.Write(_firstIndex + indexInBlock, destination[_prefix.Length..]);
            _text.CopyTo(destination[(_prefix.Length + SequenceNumber.Digits)..]);
        }

        // Codes, stream names and shard ids hold nothing that JSON would have escaped.
        private static Part Failed(string code, string message, WireEncoding encoding) => new(
            null,
            0,
            [],
            encoding == WireEncoding.Json
                ? Encoding.ASCII.GetBytes($"{{\"ErrorCode\":\"{code}\",\"ErrorMessage\":\"{message}\"}},")
                : new CborPieces().Head(Cbor.Map, 2).Text("ErrorCode").Text(code).Text("ErrorMessage").Text(message).ToArray())
        {
            IsFailed = true,
        };
    }
}
