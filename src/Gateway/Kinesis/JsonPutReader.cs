using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Reads puts in JSON without an object per record: one walk over the body notes where keys and data are. Strings with escapes are decoded in
/// place, where they only get shorter. Members come in any order; of two of one name the last counts.
/// </summary>
internal static class JsonPutReader
{
    // The longest value quoted in an error; the body may hold one of 16 MiB.
    private const int QuotedCharactersMax = 1024;

    public static PutRequest ReadOne(Memory<byte> body) => Read(body, 1, ReadOne);

    public static PutRequest ReadMany(Memory<byte> body) => Read(body, KinesisLimits.PutRecordsEntriesMax, ReadMany);

    internal delegate void MembersReader(ref Utf8JsonReader reader, PutRequest request);

    internal delegate bool EntryReader(ref Utf8JsonReader reader, PutRequest request, ref PutEntry entry);

    internal static PutRequest Read(Memory<byte> body, int entriesMax, MembersReader readMembers)
    {
        // The reader passes over bytes that are no UTF-8, and keys are handed on as they are.
        if (!System.Text.Unicode.Utf8.IsValid(body.Span)) throw KinesisErrors.Malformed();
        var request = new PutRequest(body, entriesMax, WireEncoding.Json);
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw KinesisErrors.Malformed();
            readMembers(ref reader, request);
            while (reader.Read()) { }
            return request;
        }
        catch (JsonException)
        {
            request.Dispose();
            throw KinesisErrors.Malformed();
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void ReadOne(ref Utf8JsonReader reader, PutRequest request)
    {
        request.Count = 1;
        ref var entry = ref request.Entries[0];
        entry = PutEntry.Empty;
        while (JsonToken.NextMember(ref reader))
        {
            if (ReadEntryMember(ref reader, request, ref entry) || ReadStreamMember(ref reader, request)) continue;
            if (reader.ValueTextEquals("SequenceNumberForOrdering"u8))
                request.SequenceNumberForOrdering = Text(ref reader) ?? request.SequenceNumberForOrdering;
            else
                reader.Skip();
        }
    }

    private static void ReadMany(ref Utf8JsonReader reader, PutRequest request)
    {
        while (JsonToken.NextMember(ref reader))
        {
            if (ReadStreamMember(ref reader, request)) continue;
            if (reader.ValueTextEquals("Records"u8))
                ReadRecords(ref reader, request, ReadEntryMember);
            else
                reader.Skip();
        }
    }

    private static bool ReadStreamMember(ref Utf8JsonReader reader, PutRequest request)
    {
        if (reader.ValueTextEquals("StreamName"u8))
            request.StreamName = Text(ref reader) ?? request.StreamName;
        else if (reader.ValueTextEquals("StreamARN"u8))
            request.StreamArn = Text(ref reader) ?? request.StreamArn;
        else
            return false;
        return true;
    }

    internal static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : JsonToken.String(ref reader);
    }

    /// <param name="readMember">False for a member that it does not know.</param>
    internal static void ReadRecords(ref Utf8JsonReader reader, PutRequest request, EntryReader readMember)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonToken.NotAList(ref reader);
        var count = 0;
        var overflow = PutEntry.Empty;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ref var entry = ref request.Place(count, ref overflow);
            entry = PutEntry.Empty;
            count++;
            if (reader.TokenType == JsonTokenType.Null) continue;
            if (reader.TokenType != JsonTokenType.StartObject) throw JsonToken.NotAStructure(ref reader);
            while (JsonToken.NextMember(ref reader))
            {
                if (!readMember(ref reader, request, ref entry)) reader.Skip();
            }
        }
        request.Count = count;
    }

    private static bool ReadEntryMember(ref Utf8JsonReader reader, PutRequest request, ref PutEntry entry)
    {
        if (ReadDataMember(ref reader, request, ref entry)) return true;
        if (reader.ValueTextEquals("PartitionKey"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null) (entry.KeyOffset, entry.KeyBytes) = Place(ref reader, request.Body, TypeErrors.AString);
        }
        else if (reader.ValueTextEquals("ExplicitHashKey"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null) (entry.HashKeyOffset, entry.HashKeyBytes) = Place(ref reader, request.Body, TypeErrors.AString);
        }
        else
        {
            return false;
        }
        return true;
    }

    internal static bool ReadDataMember(ref Utf8JsonReader reader, PutRequest request, ref PutEntry entry)
    {
        if (!reader.ValueTextEquals("Data"u8)) return false;
        reader.Read();
        if (reader.TokenType != JsonTokenType.Null) ReadData(ref reader, request, ref entry);
        return true;
    }

    private static void ReadData(ref Utf8JsonReader reader, PutRequest request, ref PutEntry entry)
    {
        (entry.DataOffset, entry.DataLength) = Place(ref reader, request.Body, TypeErrors.ABlob);
        var text = request.Data(entry);
        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        entry.DataBytes = (text.Length / 4 * 3) - padding;
        // Base64.IsValid passes over white space, which the service does not: then the lengths differ.
        if (text.Length % 4 == 0 && Base64.IsValid(text, out var decodedBytes) && decodedBytes == entry.DataBytes) return;
        throw JsonToken.WrongType(ref reader, NotBase64(text));
    }

    private static (int Offset, int Length) Place(ref Utf8JsonReader reader, Span<byte> body, string wanted)
    {
        if (reader.TokenType != JsonTokenType.String) throw JsonToken.NotA(wanted, ref reader);
        // Past the opening quote.
        var offset = (int)reader.TokenStartIndex + 1;
        return (offset, reader.ValueIsEscaped ? DecodeInPlace(ref reader, body[offset..]) : reader.ValueSpan.Length);
    }

    private static int DecodeInPlace(ref Utf8JsonReader reader, Span<byte> destination)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var length = reader.CopyString(scratch);
            scratch.AsSpan(0, length).CopyTo(destination);
            return length;
        }
        catch (InvalidOperationException)
        {
            // An escape names half of a surrogate pair: no text.
            throw KinesisErrors.Malformed();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static string NotBase64(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var quoted = text.Length <= QuotedCharactersMax ? text : text[..QuotedCharactersMax] + "...";
        var prefix = $"'{quoted}' can not be converted to a Blob: ";
        if (text.Length % 4 != 0)
        {
            return prefix + string.Create(
                CultureInfo.InvariantCulture, $"Base64 encoded length is expected a multiple of 4 bytes but found: {text.Length}");
        }
        for (var i = 0; i < text.Length; i++)
        {
            var isPadding = text[i] == '=' && i >= text.Length - 2 && text[^1] == '=';
            if (!isPadding && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '/'))
                return prefix + $"Invalid Base64 character: '{text[i]}'";
        }
        return prefix + "Invalid last non-pad Base64 character dectected";
    }
}
