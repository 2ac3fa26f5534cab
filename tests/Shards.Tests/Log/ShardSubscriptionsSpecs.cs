using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

public sealed class ShardSubscriptionsSpecs
{
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(7), 0);
    private readonly FakeTimeProvider _time = new();
    private readonly ShardSubscriptions _subscriptions;

    public ShardSubscriptionsSpecs() => _subscriptions = new ShardSubscriptions(s_shard, _time);

    [Fact]
    public void A_new_subscription_takes_over_once_the_former_is_five_seconds_old()
    {
        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("a")));
        _time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.IsType<SubscribeReply.InUse>(_subscriptions.Subscribe(Of("b")));
        Assert.True(_subscriptions.IsCurrent(Of("a")));
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("b")));

        Assert.False(_subscriptions.IsCurrent(Of("a")));
        Assert.True(_subscriptions.IsCurrent(Of("b")));
    }

    [Fact]
    public void Sending_the_same_subscription_again_does_not_protect_it_for_longer()
    {
        _subscriptions.Subscribe(Of("a"));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("a")));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("b")));
    }

    [Fact]
    public void Consumers_do_not_disturb_each_other_nor_one_of_the_same_name_before()
    {
        _subscriptions.Subscribe(Of("a"));

        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("b", consumer: "other")));
        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("c", createdAt: 2)));

        Assert.True(_subscriptions.IsCurrent(Of("a")));
    }

    [Fact]
    public void An_owner_that_knows_nothing_takes_the_first_reader_for_the_current_one_and_protects_it_not()
    {
        Assert.True(_subscriptions.IsCurrent(Of("a")));
        Assert.False(_subscriptions.IsCurrent(Of("b")));

        Assert.IsType<SubscribeReply.Accepted>(_subscriptions.Subscribe(Of("b")));

        Assert.False(_subscriptions.IsCurrent(Of("a")));
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_who_was_seen_last_is_kept()
    {
        _subscriptions.Subscribe(Of("kept", consumer: "kept"));
        for (var i = 0; i < 3 * ShardSubscriptions.ConsumersMax; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _subscriptions.Subscribe(Of($"{i}", consumer: $"{i}"));
            Assert.True(_subscriptions.IsCurrent(Of("kept", consumer: "kept")));
        }

        Assert.Equal(ShardSubscriptions.ConsumersMax, _subscriptions.Count);
        Assert.False(_subscriptions.IsCurrent(Of("late", consumer: "kept")));
    }

    private static FanOutSubscription Of(string id, string consumer = "reports", long createdAt = 1) => new(consumer, createdAt, id);
}
