using System.Collections.Immutable;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Reads on from an iterator and hands out the next one. What was trimmed before it could be read is counted and logged.</summary>
internal sealed class GetRecords(
    IStreams streams, ShardIterators iterators, BodyBudget answers, CompatLimits? limits, GatewayMetrics metrics,
    ILogger<GetRecords> log, TimeProvider time) : IApiAction
{
    private readonly LogLimiter _lines = new(time);

    private static readonly ImmutableArray<Member> Input =
    [
        Members.Limit("Limit"),
        new("ShardIterator", MemberType.String) { IsRequired = true, LengthMin = 1, LengthMax = 512 },
        Members.StreamArn,
    ];

    public string Operation => "GetRecords";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var iterator = iterators.Read(input.Text("ShardIterator")!, call.Region);
        if (input.Text("StreamARN") is { } arn && StreamReference.Resolve(null, arn, call) != iterator.Stream)
            throw KinesisErrors.InvalidShardIterator();
        var limit = input.Integer("Limit") ?? KinesisLimits.GetRecordsMax;
        await streams.AuthorizeAsync(iterator.Stream, call);
        TakeRate(iterator, call);
        var read = await streams.ReadAsync(
            iterator.Shard, iterator.Position, limit, KinesisLimits.GetRecordsBytesMax, wait: TimeSpan.Zero, call.Aborted);
        switch (read)
        {
            case ReadResult.Records records:
                limits?.Got(iterator.Shard, records);
                await AnswerAsync(iterator, records, call);
                break;
            case ReadResult.Gone:
                throw KinesisErrors.ShardDoesNotExist(iterator.Shard.ShardId, iterator.Stream.Name, call.AccountId);
            case ReadResult.KeyUnavailable sealedBy:
                throw KinesisErrors.Kms(sealedBy.Key);
            case ReadResult.Damaged damaged:
                if (_lines.Allows($"damaged: {iterator.Shard} {damaged.Row}", out var note))
                    log.LogError("Row {Row} of shard {Shard} is damaged and not given out: {Detail}{Note}", damaged.Row, iterator.Shard, damaged.Detail, note);
                throw KinesisErrors.InternalFailure();
            default:
                throw KinesisErrors.InternalFailure();
        }
    }

    private void TakeRate(ShardIterator iterator, ApiCall call)
    {
        try
        {
            limits?.TakeGet(iterator, call);
        }
        catch (ApiException)
        {
            metrics.ReadThrottled(iterator.Stream.Name);
            throw;
        }
    }

    private async Task AnswerAsync(ShardIterator iterator, ReadResult.Records read, ApiCall call)
    {
        if (read.Skipped is { } gap && _lines.Allows($"gap: {iterator.Shard}", out var note))
        {
            log.LogWarning(
                "A reader of {Shard} asked for row {Asked} and goes on at row {FirstKept}: what lies between was trimmed{Note}",
                iterator.Shard, gap.Asked.Row, gap.FirstKeptRow, note);
        }
        var children = read.Next is null ? await ChildrenAsync(iterator, call) : [];
        // Between the end of a shard and its children being there the reader waits at the end.
        var position = read.Next ?? (children.IsEmpty ? read.Bounds.AfterTip : null);
        var next = position is { } at ? iterators.Write(iterator with { Position = at }) : null;
        var answer = new GetRecordsAnswer(call.Encoding, iterator.Shard, read, next, children);
        var bytes = checked((int)answer.Length);
        if (!answers.TryTake(bytes)) throw KinesisErrors.Busy("Too many answers are on their way; try again.");
        try
        {
            call.BeginAnswer(bytes);
            metrics.RecordsGot(iterator.Stream.Name, answer.Count, bytes, read.BehindMs, read.Skipped is not null);
            await answer.WriteAsync(call.Response.BodyWriter, call.Aborted);
        }
        finally
        {
            answers.Return(bytes);
        }
    }

    // The reader of a closed shard goes on with its children, once it has read everything.
    private async Task<ImmutableArray<Shards.Streams.ShardDescription>> ChildrenAsync(ShardIterator iterator, ApiCall call)
    {
        var map = await streams.ServingMapAsync(iterator.Stream, call);
        return map.ChildrenOf(iterator.Shard.Shard);
    }
}
