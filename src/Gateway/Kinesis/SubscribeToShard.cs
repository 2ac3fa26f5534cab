using System.Collections.Immutable;
using ActorStreams.Gateway.FanOut;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Begins to push a shard to a fan-out consumer. Whether another subscription of the consumer stands against it, the owner of the shard
/// says. What is wrong before the first event is an error as of any other call.
/// </summary>
internal sealed class SubscribeToShard(StartingPositions positions, SubscriptionServices services, CompatLimits? limits) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.ConsumerArn with { IsRequired = true },
        Members.Name("ShardId", required: true),
        new("StartingPosition", MemberType.Structure)
        {
            IsRequired = true,
            Members =
            [
                new("Type", MemberType.String) { IsRequired = true, Allowed = StartingPositions.Types },
                Members.SequenceNumber("SequenceNumber"),
                new("Timestamp", MemberType.Timestamp),
            ],
        },
    ];

    public string Operation => "SubscribeToShard";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var (described, consumer) = await services.Streams.ConsumerAsync(input, call);
        var stream = described.Id;
        var arn = ConsumerShapes.Arn(stream, consumer, call.AccountId);
        var start = input.Structure("StartingPosition")!;
        var wanted = new StartingPosition(start.Text("Type")!, start.Text("SequenceNumber"), start.TimestampMs("Timestamp"));
        var target = await positions.FindAsync(stream, input.Text("ShardId")!, call, shard => limits?.TakeSubscription(arn, shard, stream, call));
        var position = await positions.PositionAsync(wanted, target);

        var subscription = new Subscription(
            services, stream, target.Shard.Key, target.Shard.Generation, position,
            new FanOutSubscription(consumer.Name, consumer.CreatedAtMs / 1000, Guid.NewGuid().ToString("n")),
            limits?.NewPace(), call.Response.HttpContext);
        try
        {
            await BeginAsync(subscription, target, arn);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
        call.Push = async () =>
        {
            using (subscription) await subscription.RunAsync();
        };
    }

    private async Task BeginAsync(Subscription subscription, TargetShard target, string arn)
    {
        var (stream, shard, _, call) = target;
        if (!services.Open.TryAdd(subscription))
        {
            services.Metrics.SubscribeRateExceeded(stream.Name);
            throw KinesisErrors.LimitExceeded($"This node has {services.Options.SubscriptionsMax} subscriptions, as many as it may; try again later.");
        }
        switch (await services.Streams.SubscribeAsync(shard.Key, subscription.Name, call.Aborted))
        {
            case SubscribeResult.Accepted:
                services.Metrics.Subscribed(stream.Name);
                break;
            case SubscribeResult.InUse:
                services.Metrics.SubscribeRateExceeded(stream.Name);
                throw KinesisErrors.InUse(
                    $"Another subscription of consumer {arn} to shard {shard.Key.ShardId} began less than 5 seconds ago.");
            case SubscribeResult.Gone:
                throw target.DoesNotExist();
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
