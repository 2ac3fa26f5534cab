using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Firehose;

/// <summary>What became of a put: of each entry by the put that it is in.</summary>
internal sealed record DeliveryPut(List<ShardPut> Puts, bool IsEncrypted);

/// <summary>
/// Appends what is put to the stream that a delivery stream is fed by; what is answered as stored is durable. All records of a call go to one
/// shard under one partition key, so they stand there in their order, and are stored or refused together, but for what is beyond a rate.
/// </summary>
internal sealed class DeliveryPuts(
    IStreams streams, IDeliveryStreams deliveries, DeliveryLookup lookup, PutPlan plan, ProducerPuts producers, TriesOfCalls tries, GatewayMetrics metrics)
{
    private const int KeyBytes = 6;

    /// <param name="read">Reads the request; called after what must be looked at before, as it may decode in place.</param>
    /// <param name="answer">Of the stored request, which is gone afterwards.</param>
    public async Task PutAsync(ApiCall call, Func<ApiCall, PutRequest> read, Func<PutRequest, DeliveryPut, Task> answer)
    {
        var producer = ProducerHeaders.Of(call);
        var repeats = producer is null ? tries.Of(call) : null;
        using var request = read(call);
        var stream = new DeliveryStreamId(call.Region, request.StreamName!);
        call.Authorize(stream);
        if (!deliveries.HasRoom) throw FirehoseErrors.Unavailable(FirehoseErrors.SlowDown);
        request.Share(Key(producer, repeats));
        var put = await StoreAsync(stream, request, call, producer, repeats);
        Count(stream, request, put.Puts, call);
        if (repeats?.IsForNextTry(request, put.Puts) == true) throw FirehoseErrors.Unavailable(FirehoseErrors.Unconfirmed);
        await answer(request, put);
    }

    /// <summary>
    /// Opaque to clients; it is the sequence number of the record in the stream that it was appended to, or the shard's id where an earlier put
    /// of the producer had stored it under a number that is not remembered. Null where it is not stored.
    /// </summary>
    public static string? RecordId(ShardPut put, int indexInBlock) => put.Reply switch
    {
        AppendReply.Appended appended => new SequenceNumber(
            put.Shard.Key.Incarnation, appended.Generation, put.Shard.Key.Shard, appended.Row, appended.FirstIndex + indexInBlock).ToString(),
        AppendReply.Repeated => put.Shard.Key.ShardId,
        _ => null,
    };

    /// <summary>Why it is not stored.</summary>
    public static string Refusal(ShardPut put) =>
        put.Reply is AppendReply.Refused { Error: AppendError.Overloaded } ? FirehoseErrors.SlowDown : FirehoseErrors.Unconfirmed;

    private async Task<DeliveryPut> StoreAsync(
        DeliveryStreamId id, PutRequest request, ApiCall call, ProducerHeaders? producer, RepeatedCalls? repeats)
    {
        var isAnew = false;
        while (true)
        {
            var stream = await lookup.ForPutsAsync(id, call);
            var target = new Target(streams, stream, call);
            try
            {
                var map = await target.MapAsync();
                var puts = producer is null
                    ? await plan.StoreAsync(target, request, map, call, repeats)
                    : await producers.StoreAsync(target, request, map, call, producer);
                return new DeliveryPut(puts, stream.EncryptionKey is not null);
            }
            catch (ApiException) when (target.IsGone)
            {
                // What was remembered is of yesterday: the delivery stream is gone, or there anew under its name.
                lookup.Forget(id);
                if (isAnew) throw FirehoseErrors.Unavailable(FirehoseErrors.SlowDown);
                isAnew = true;
            }
        }
    }

    /// <summary>
    /// Any key, so that calls spread over the shards; but the tries of a call have one, as the shard alone knows what it has stored of it, and so
    /// do all calls of a producer, whose records are held against the positions that its shard knows.
    /// </summary>
    private static byte[] Key(ProducerHeaders? producer, RepeatedCalls? repeats)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (producer is not null)
            SHA256.HashData(Encoding.UTF8.GetBytes(producer.Producer), bytes);
        else if (repeats is not null)
            BitConverter.TryWriteBytes(bytes, repeats.Scatter());
        else
            RandomNumberGenerator.Fill(bytes[..KeyBytes]);
        var key = new byte[Base64Url.GetEncodedLength(KeyBytes)];
        Base64Url.EncodeToUtf8(bytes[..KeyBytes], key);
        return key;
    }

    private void Count(DeliveryStreamId stream, PutRequest request, List<ShardPut> puts, ApiCall call)
    {
        var tally = PutTally.Of(request, puts);
        metrics.DeliveryRecordsPut(stream, tally.Stored, tally.DataBytes, tally.Failed);
        if (tally.IsRepeat) metrics.DeliveryCallRepeated(call.Operation, stream);
    }

    private sealed class Target(IStreams streams, DeliveryStream delivery, ApiCall call) : IPutTarget
    {
        public StreamId Stream { get; } = delivery.Puts ?? throw new InvalidOperationException($"{delivery.Id} is ACTIVE without a stream for puts.");

        public bool IsGone { get; private set; }

        public async ValueTask<StreamMap> MapAsync() => await streams.MapAsync(Stream, call.Aborted) switch
        {
            MapResult.Found found => found.Map,
            MapResult.Unavailable => throw FirehoseErrors.Unavailable(FirehoseErrors.SlowDown),
            _ => throw NotFound(),
        };

        public ApiException NotFound()
        {
            IsGone = true;
            return FirehoseErrors.NotFound(delivery.Id, call);
        }
    }
}
