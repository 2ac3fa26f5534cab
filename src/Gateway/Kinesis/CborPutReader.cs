using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Reads puts in CBOR as <see cref="JsonPutReader"/> does in JSON: without an object per record, keys and data left where they are in
/// the body.
/// </summary>
internal static class CborPutReader
{
    public static PutRequest ReadOne(Memory<byte> body) => Read(body, 1, ReadOne);

    public static PutRequest ReadMany(Memory<byte> body) => Read(body, KinesisLimits.PutRecordsEntriesMax, ReadMany);

    private delegate void MembersReader(ref CborScanner scanner, PutRequest request);

    private static PutRequest Read(Memory<byte> body, int entriesMax, MembersReader readMembers)
    {
        var request = new PutRequest(body, entriesMax, WireEncoding.Cbor);
        try
        {
            var scanner = new CborScanner(body.Span);
            scanner.Read();
            if (scanner.Kind != ValueKind.Map) throw KinesisErrors.Malformed();
            readMembers(ref scanner, request);
            scanner.End();
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void ReadOne(ref CborScanner scanner, PutRequest request)
    {
        request.Count = 1;
        ref var entry = ref request.Entries[0];
        entry = PutEntry.Empty;
        var left = scanner.Enter();
        while (scanner.Next(ref left))
        {
            var name = CborToken.Name(ref scanner);
            scanner.Read();
            if (scanner.Kind == ValueKind.Null || ReadEntryMember(name, ref scanner, ref entry) || ReadStreamMember(name, ref scanner, request))
                continue;
            if (name.SequenceEqual("SequenceNumberForOrdering"u8))
                request.SequenceNumberForOrdering = CborToken.String(ref scanner);
            else
                scanner.Skip();
        }
    }

    private static void ReadMany(ref CborScanner scanner, PutRequest request)
    {
        var left = scanner.Enter();
        while (scanner.Next(ref left))
        {
            var name = CborToken.Name(ref scanner);
            scanner.Read();
            if (scanner.Kind == ValueKind.Null || ReadStreamMember(name, ref scanner, request)) continue;
            if (name.SequenceEqual("Records"u8))
                ReadRecords(ref scanner, request);
            else
                scanner.Skip();
        }
    }

    private static bool ReadStreamMember(scoped ReadOnlySpan<byte> name, ref CborScanner scanner, PutRequest request)
    {
        if (name.SequenceEqual("StreamName"u8))
            request.StreamName = CborToken.String(ref scanner);
        else if (name.SequenceEqual("StreamARN"u8))
            request.StreamArn = CborToken.String(ref scanner);
        else
            return false;
        return true;
    }

    private static void ReadRecords(ref CborScanner scanner, PutRequest request)
    {
        if (!CborToken.IsList(ref scanner)) return;
        var count = 0;
        var overflow = PutEntry.Empty;
        var records = scanner.Enter();
        while (scanner.Next(ref records))
        {
            ref var entry = ref request.Place(count, ref overflow);
            entry = PutEntry.Empty;
            count++;
            scanner.Read();
            if (scanner.Kind == ValueKind.Null || !CborToken.IsStructure(ref scanner)) continue;
            var members = scanner.Enter();
            while (scanner.Next(ref members))
            {
                var name = CborToken.Name(ref scanner);
                scanner.Read();
                if (scanner.Kind != ValueKind.Null && !ReadEntryMember(name, ref scanner, ref entry)) scanner.Skip();
            }
        }
        request.Count = count;
    }

    private static bool ReadEntryMember(scoped ReadOnlySpan<byte> name, ref CborScanner scanner, ref PutEntry entry)
    {
        if (name.SequenceEqual("Data"u8))
        {
            if (Is(ValueKind.Bytes, TypeErrors.ABlob, ref scanner))
                (entry.DataOffset, entry.DataLength, entry.DataBytes) = (scanner.Offset, scanner.Length, scanner.Length);
        }
        else if (name.SequenceEqual("PartitionKey"u8))
        {
            if (Is(ValueKind.Text, TypeErrors.AString, ref scanner)) (entry.KeyOffset, entry.KeyBytes) = (scanner.Offset, scanner.Length);
        }
        else if (name.SequenceEqual("ExplicitHashKey"u8))
        {
            if (Is(ValueKind.Text, TypeErrors.AString, ref scanner)) (entry.HashKeyOffset, entry.HashKeyBytes) = (scanner.Offset, scanner.Length);
        }
        else
        {
            return false;
        }
        return true;
    }

    private static bool Is(ValueKind wanted, string name, ref CborScanner scanner)
    {
        if (scanner.Kind == wanted) return true;
        scanner.WrongType(TypeErrors.NotA(name, scanner.Kind));
        return false;
    }
}
