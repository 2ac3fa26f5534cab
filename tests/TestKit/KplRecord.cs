using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace ActorStreams.TestKit;

/// <summary>A user record as it is given to the Kinesis Producer Library.</summary>
public sealed record UserRecord(string PartitionKey, string? ExplicitHashKey, byte[] Data);

/// <summary>Writes aggregated records as the Kinesis Producer Library does, and wrong ones.</summary>
public static class KplRecord
{
    public static readonly byte[] Magic = [0xF3, 0x89, 0x9A, 0xC2];

    /// <param name="tablesLast">The tables behind the records, as no known producer writes them, but any may.</param>
    /// <param name="unknownFields">Fields that no version has had so far, at both levels.</param>
    public static byte[] Of(IReadOnlyList<UserRecord> records, bool tablesLast = false, bool unknownFields = false)
    {
        var keys = records.Select(r => r.PartitionKey).Distinct().ToList();
        var hashKeys = records.Select(r => r.ExplicitHashKey).OfType<string>().Distinct().ToList();
        return Wrap(Message(output =>
        {
            if (!tablesLast) WriteTables();
            foreach (var record in records)
            {
                WriteMessage(output, 3, inner =>
                {
                    WriteVarint(inner, 1, (ulong)keys.IndexOf(record.PartitionKey));
                    if (record.ExplicitHashKey is { } hashKey) WriteVarint(inner, 2, (ulong)hashKeys.IndexOf(hashKey));
                    if (unknownFields) WriteVarint(inner, 77, 5);
                    WriteBytes(inner, 3, record.Data);
                    if (unknownFields) WriteMessage(inner, 4, tag => WriteBytes(tag, 1, "tag"u8.ToArray()));
                });
            }
            if (unknownFields)
            {
                output.WriteTag(99, WireFormat.WireType.Fixed64);
                output.WriteFixed64(1);
                output.WriteTag(98, WireFormat.WireType.StartGroup);
                WriteBytes(output, 1, [1, 2, 3]);
                output.WriteTag(98, WireFormat.WireType.EndGroup);
            }
            if (tablesLast) WriteTables();

            void WriteTables()
            {
                foreach (var key in keys) WriteBytes(output, 1, Encoding.UTF8.GetBytes(key));
                foreach (var hashKey in hashKeys) WriteBytes(output, 2, Encoding.ASCII.GetBytes(hashKey));
            }
        }));
    }

    /// <summary>Magic, the message, its MD5.</summary>
    public static byte[] Wrap(byte[] message) => [.. Magic, .. message, .. MD5.HashData(message)];

    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }

    public static void WriteVarint(CodedOutputStream output, int field, ulong value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteUInt64(value);
    }

    public static void WriteBytes(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    public static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> write) => WriteBytes(output, field, Message(write));
}
