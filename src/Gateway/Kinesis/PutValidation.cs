using System.Globalization;
using System.Text;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Keys;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>The constraints on puts: those of the API model, and those that need to know the stream.</summary>
internal static class PutValidation
{
    /// <summary>PutRecord: throws the ValidationException that lists all violations.</summary>
    public static void CheckOne(PutRequest request)
    {
        var violations = new Violations();
        if (request.SequenceNumberForOrdering is { } number) Ordering.Check("", number, violations);
        CheckEntry("", request, request.Entries[0], violations);
        CheckStream(request, violations);
        violations.ThrowIfAny();
    }

    /// <summary>PutRecords: throws the ValidationException that lists all violations.</summary>
    public static void CheckMany(PutRequest request)
    {
        var violations = new Violations();
        if (request.Count is not { } count)
        {
            violations.Missing("records");
        }
        else
        {
            if (count < 1) violations.Against("records", "[]", "Member must have length greater than or equal to 1");
            if (count > KinesisLimits.PutRecordsEntriesMax)
            {
                violations.Against(
                    "records",
                    string.Create(CultureInfo.InvariantCulture, $"[{count} entries]"),
                    string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {KinesisLimits.PutRecordsEntriesMax}"));
            }
        }
        var entries = request.Entries;
        for (var i = 0; i < entries.Length && !violations.IsFull; i++)
        {
            if (IsPlain(entries[i])) continue;
            CheckEntry(string.Create(CultureInfo.InvariantCulture, $"records.{i + 1}.member."), request, entries[i], violations);
        }
        CheckStream(request, violations);
        violations.ThrowIfAny();
    }

    /// <summary>What the stream does not take: too large records or requests, hash keys beyond the space. Answers all bytes.</summary>
    /// <param name="recordKiBMax">The stream's MaxRecordSizeInKiB.</param>
    public static long CheckSizes(PutRequest request, int recordKiBMax)
    {
        var recordBytesMax = recordKiBMax * 1024;
        long total = 0;
        foreach (ref readonly var entry in request.Entries)
        {
            var bytes = entry.KeyBytes + entry.DataBytes;
            total += bytes;
            if (bytes > recordBytesMax)
            {
                throw KinesisErrors.InvalidArgument(string.Create(
                    CultureInfo.InvariantCulture,
                    $"A record of {bytes} bytes, data and partition key, exceeds the maximum record size of {recordBytesMax} bytes."));
            }
            if (entry.HasHashKey && !HashKeys.TryParse(request.HashKey(entry), out _, out _))
            {
                throw KinesisErrors.InvalidArgument(
                    "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "
                    + Encoding.UTF8.GetString(request.HashKey(entry)));
            }
        }
        return total <= KinesisLimits.PutRecordsBytesMax
            ? total
            : throw KinesisErrors.InvalidArgument("Records size exceeds 10 MB limit");
    }

    private static readonly Member Ordering = Members.SequenceNumber("SequenceNumberForOrdering");

    // Nearly every entry: bytes are never fewer than characters.
    private static bool IsPlain(in PutEntry entry) =>
        entry.KeyBytes is > 0 and <= KinesisLimits.PartitionKeyCharactersMax
        && !entry.HasHashKey
        && entry is { DataLength: >= 0, DataBytes: <= KinesisLimits.DataBytesMax };

    private static void CheckEntry(string path, PutRequest request, in PutEntry entry, Violations violations)
    {
        if (entry.KeyBytes < 0)
            violations.Missing(path + "partitionKey");
        else
            CheckKey(path + "partitionKey", request.Key(entry), violations);
        if (entry.HasHashKey
            && !HashKeys.TryParse(request.HashKey(entry), out _, out var error)
            && error == HashKeyError.NotADecimalNumber)
        {
            violations.Against(
                path + "explicitHashKey",
                Encoding.UTF8.GetString(request.HashKey(entry)),
                $"Member must satisfy regular expression pattern: {Members.HashKeyPattern.Text}");
        }
        if (entry.DataLength < 0)
        {
            violations.Missing(path + "data");
        }
        else if (entry.DataBytes > KinesisLimits.DataBytesMax)
        {
            violations.Against(
                path + "data",
                string.Create(CultureInfo.InvariantCulture, $"java.nio.HeapByteBuffer[pos=0 lim={entry.DataBytes} cap={entry.DataBytes}]"),
                string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {KinesisLimits.DataBytesMax}"));
        }
    }

    private static void CheckKey(string path, ReadOnlySpan<byte> key, Violations violations)
    {
        if (key.IsEmpty)
            violations.Against(path, "", "Member must have length greater than or equal to 1");
        else if (key.Length > KinesisLimits.PartitionKeyCharactersMax
            && Encoding.UTF8.GetCharCount(key) > KinesisLimits.PartitionKeyCharactersMax)
        {
            violations.Against(
                path,
                Encoding.UTF8.GetString(key),
                string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {KinesisLimits.PartitionKeyCharactersMax}"));
        }
    }

    private static void CheckStream(PutRequest request, Violations violations)
    {
        Members.StreamName.Check("", request.StreamName, violations);
        Members.StreamArn.Check("", request.StreamArn, violations);
    }
}
