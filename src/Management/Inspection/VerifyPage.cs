using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Verification;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Management.Inspection;

/// <summary>
/// <c>.../verify</c>: walks the rows of a shard in the store and tells what is wrong with them, as lines of JSON: about one a second with how far
/// it is, the last one with the result.
/// </summary>
/// <param name="shards">Null while the node starts.</param>
/// <param name="store">Null while the node starts.</param>
/// <param name="keys">Null while the node starts.</param>
public sealed class VerifyPage(Func<IStreams?> shards, Func<ShardStore?> store, Func<EncryptionKeys?> keys, TimeProvider clock) : IManagementPage
{
    private static readonly byte[] s_lineEnd = [(byte)'\n'];
    private static readonly TimeSpan s_progressEvery = TimeSpan.FromSeconds(1);

    public IEnumerable<ManagementRoute> Routes => [ManagementRoute.Post("/streams/{region}/{stream}/shards/{shard}/verify", AnswerAsync)];

    private async Task AnswerAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var verifier = new ShardVerifier(Opened.Of(store).Journal, Opened.Of(keys));
        var stream = await StreamOfCall.DescribeAsync(streams, call);
        var shard = StreamOfCall.Shard(stream, call["shard"]);
        var bounds = await BoundsAsync(streams, shard, call.Cancel);
        call.Http.Response.ContentType = "application/x-ndjson";
        var told = clock.GetTimestamp();
        try
        {
            await foreach (var so in verifier.WalkAsync(shard.Key, TrimmedToRowAsync, bounds?.ClosedRow ?? 0, call.Cancel))
            {
                if (so.IsDone)
                {
                    await WriteAsync(call, Result(so), VerifyJson.Default.VerifyAnswer);
                }
                else if (clock.GetElapsedTime(told) >= s_progressEvery)
                {
                    told = clock.GetTimestamp();
                    await WriteAsync(call, new VerifyProgress(so.LastRow, so.EndRow, so.Records, so.ProblemsTotal), VerifyJson.Default.VerifyProgress);
                }
            }
        }
        catch (Exception e) when (e is DbException or TimeoutException && call.Http.Response.HasStarted)
        {
            // The status is sent already; a line without a result says that there is none.
            await WriteAsync(call, new MessageAnswer($"The store does not answer: {e.Message}"), VerifyJson.Default.MessageAnswer);
        }

        async Task<long?> TrimmedToRowAsync(CancellationToken cancel) =>
            bounds is null ? null : (await BoundsAsync(streams, shard, cancel) ?? bounds).TrimmedToRow;
    }

    /// <summary>Null where the owner does not say: a shard that does not recover is the first one that somebody wants to verify.</summary>
    private static async Task<ShardBounds?> BoundsAsync(IStreams streams, ShardDescription shard, CancellationToken cancel) =>
        await streams.BoundsAsync(shard.Key, cancel) switch
        {
            BoundsResult.Found found => found.Bounds,
            BoundsResult.Gone gone => throw ManagementException.NotFound(gone.Detail),
            _ => null,
        };

    private static VerifyAnswer Result(ShardVerification so) => new(
        so.Rows, so.Records, so.Bytes, so.FirstRow, so.LastRow, so.Unopened,
        [.. so.Problems.Select(p => new ProblemAnswer(p.Row, p.Kind.ToString().ToLowerInvariant(), p.Detail))], so.ProblemsTotal, so.IsOk);

    private static async Task WriteAsync<T>(ManagementCall call, T line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        await call.Http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, type), call.Cancel);
        await call.Http.Response.Body.WriteAsync(s_lineEnd, call.Cancel);
        await call.Http.Response.Body.FlushAsync(call.Cancel);
    }
}

/// <param name="Row">Walked up to this one.</param>
/// <param name="Of">The last one to walk.</param>
internal sealed record VerifyProgress(long Row, long Of, long Records, long ProblemsTotal);

/// <param name="Unopened">Batches whose records were not looked at, since this node lacks their key.</param>
/// <param name="Problems">The first thousand.</param>
internal sealed record VerifyAnswer(
    long Rows, long Records, long Bytes, long FirstRow, long LastRow, long Unopened, ImmutableArray<ProblemAnswer> Problems, long ProblemsTotal, bool Ok);

internal sealed record ProblemAnswer(long Row, string Kind, string Detail);

/// <summary>One line each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VerifyProgress))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
internal sealed partial class VerifyJson : JsonSerializerContext;
