using System.Globalization;
using System.Text.Json;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Reads and checks puts as <see cref="JsonPutReader"/> does: records stay where they are in the body.</summary>
internal static class DeliveryPutReader
{
    /// <summary>PutRecord; throws the ValidationException that lists all violations.</summary>
    public static PutRequest ReadOne(ApiCall call) => Checked(JsonPutReader.Read(call.Body, 1, ReadOne), isBatch: false);

    /// <summary>PutRecordBatch; throws the ValidationException that lists all violations.</summary>
    public static PutRequest ReadBatch(ApiCall call) =>
        Checked(JsonPutReader.Read(call.Body, FirehoseLimits.BatchEntriesMax, ReadBatch), isBatch: true);

    private static void ReadOne(ref Utf8JsonReader reader, PutRequest request)
    {
        while (JsonToken.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Record"u8))
                ReadRecord(ref reader, request);
            else if (!ReadName(ref reader, request))
                reader.Skip();
        }
    }

    private static void ReadRecord(ref Utf8JsonReader reader, PutRequest request)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonToken.NotAStructure(ref reader);
        request.Count = 1;
        ref var entry = ref request.Entries[0];
        entry = PutEntry.Empty;
        while (JsonToken.NextMember(ref reader))
        {
            if (!JsonPutReader.ReadDataMember(ref reader, request, ref entry)) reader.Skip();
        }
    }

    private static void ReadBatch(ref Utf8JsonReader reader, PutRequest request)
    {
        while (JsonToken.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Records"u8))
                JsonPutReader.ReadRecords(ref reader, request, JsonPutReader.ReadDataMember);
            else if (!ReadName(ref reader, request))
                reader.Skip();
        }
    }

    private static bool ReadName(ref Utf8JsonReader reader, PutRequest request)
    {
        if (!reader.ValueTextEquals("DeliveryStreamName"u8)) return false;
        request.StreamName = JsonPutReader.Text(ref reader) ?? request.StreamName;
        return true;
    }

    private static PutRequest Checked(PutRequest request, bool isBatch)
    {
        try
        {
            Check(request, isBatch);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void Check(PutRequest request, bool isBatch)
    {
        var violations = new Violations();
        DeliveryMembers.Name.Check("", request.StreamName, violations);
        var list = isBatch ? "records" : "record";
        if (request.Count is not { } count)
        {
            violations.Missing(list);
        }
        else if (count is < 1 or > FirehoseLimits.BatchEntriesMax)
        {
            violations.Against(
                list,
                count == 0 ? "[]" : string.Create(CultureInfo.InvariantCulture, $"[{count} entries]"),
                count == 0 ? "Member must have length greater than or equal to 1" : LengthAtMost(FirehoseLimits.BatchEntriesMax));
        }
        var entries = request.Entries;
        long bytes = 0;
        for (var i = 0; i < entries.Length && !violations.IsFull; i++)
        {
            bytes += Math.Max(0, entries[i].DataBytes);
            if (entries[i] is { DataLength: >= 0, DataBytes: <= FirehoseLimits.DataBytesMax }) continue;
            CheckData(isBatch ? string.Create(CultureInfo.InvariantCulture, $"records.{i + 1}.member.data") : "record.data", entries[i], violations);
        }
        violations.ThrowIfAny();
        if (bytes > FirehoseLimits.BatchBytesMax) throw KinesisErrors.InvalidArgument("Records size exceeds 4 MB limit");
    }

    private static void CheckData(string path, in PutEntry entry, Violations violations)
    {
        if (entry.DataLength < 0)
        {
            violations.Missing(path);
            return;
        }
        violations.Against(
            path,
            string.Create(CultureInfo.InvariantCulture, $"java.nio.HeapByteBuffer[pos=0 lim={entry.DataBytes} cap={entry.DataBytes}]"),
            LengthAtMost(FirehoseLimits.DataBytesMax));
    }

    private static string LengthAtMost(int length) =>
        string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {length}");
}
