using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What became of the entries of a put, for metrics.</summary>
/// <param name="Stored">By this call; what an earlier one stored counts for nothing.</param>
/// <param name="DataBytes">Of those that are stored.</param>
/// <param name="KeyBytes">Of those that are stored.</param>
/// <param name="Failed">Not stored, throttled ones included.</param>
/// <param name="IsRepeat">An earlier call had stored something of it.</param>
internal readonly record struct PutTally(int Stored, long DataBytes, long KeyBytes, int Failed, int Throttled, bool IsRepeat)
{
    public static PutTally Of(PutRequest request, List<ShardPut> puts)
    {
        var tally = default(PutTally);
        foreach (ref readonly var entry in request.Entries)
        {
            tally = puts[entry.Block].Reply switch
            {
                AppendReply.Repeated or AppendReply.Appended { IsRepeat: true } => tally with { IsRepeat = true },
                AppendReply.Appended => tally with
                {
                    Stored = tally.Stored + 1,
                    DataBytes = tally.DataBytes + entry.DataBytes,
                    KeyBytes = tally.KeyBytes + entry.KeyBytes,
                },
                AppendReply.Refused { Error: AppendError.Overloaded } => tally with { Failed = tally.Failed + 1, Throttled = tally.Throttled + 1 },
                _ => tally with { Failed = tally.Failed + 1 },
            };
        }
        return tally;
    }
}
