using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Streams;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>Who is called silent, in time that the spec alone moves.</summary>
public sealed class LeaseWatchSpecs
{
    private const string Node = "akka.tcp://actorstreams@10.0.0.1:4053#17";
    private readonly FakeTimeProvider _time = new();
    private readonly LeaseWatch _watch;

    public LeaseWatchSpecs() => _watch = new LeaseWatch(_time, TimeSpan.FromSeconds(30), movesAtOnce: 2);

    [Fact]
    public void A_consumer_that_never_answers_is_moved_after_its_time()
    {
        Assert.Null(Poll(Shard(0), 29));

        var (kind, cause) = Poll(Shard(0), 2)!.Value;

        Assert.Equal(LeaseInterruption.Moved, kind);
        Assert.StartsWith("Nothing was ever heard", cause);
    }

    [Fact]
    public void One_that_falls_silent_is_moved_and_what_it_last_said_is_the_cause()
    {
        Poll(Shard(0), 20);
        _watch.Heard(Status(Shard(0), ConsumerPhase.Running));
        Assert.Null(Poll(Shard(0), 29));

        var (kind, cause) = Poll(Shard(0), 2)!.Value;

        Assert.Equal(LeaseInterruption.Moved, kind);
        Assert.Contains(Node, cause);
        Assert.Contains("Running", cause);
    }

    [Fact]
    public void One_that_says_it_waits_is_left_alone_for_as_long_as_it_says_so()
    {
        for (var second = 0; second < 3_600; second++)
        {
            _watch.Heard(Status(Shard(0), ConsumerPhase.WaitingForSink));
            Assert.Null(Poll(Shard(0), 1));
        }
    }

    [Fact]
    public void A_graph_that_is_silent_once_is_noted_and_twice_makes_a_move()
    {
        Poll(Shard(0), 1);
        _watch.Heard(Status(Shard(0), ConsumerPhase.Restarting, silences: 1));
        Assert.Equal(LeaseInterruption.Restarted, Poll(Shard(0), 1)!.Value.Kind);
        Assert.Null(Poll(Shard(0), 1));

        _watch.Heard(Status(Shard(0), ConsumerPhase.Restarting, silences: 2));

        Assert.Equal(LeaseInterruption.Moved, Poll(Shard(0), 1)!.Value.Kind);
    }

    [Fact]
    public void Silences_that_are_long_past_count_no_more()
    {
        Poll(Shard(0), 1);
        _watch.Heard(Status(Shard(0), ConsumerPhase.Restarting, silences: 1));
        Poll(Shard(0), 1);
        _watch.Heard(Status(Shard(0), ConsumerPhase.Running, silences: 0));
        Assert.Null(Poll(Shard(0), 1));

        _watch.Heard(Status(Shard(0), ConsumerPhase.Restarting, silences: 1));

        Assert.Equal(LeaseInterruption.Restarted, Poll(Shard(0), 1)!.Value.Kind);
    }

    [Fact]
    public void What_a_stuck_node_hosts_is_moved_in_steps()
    {
        ShardKey[] all = [.. Enumerable.Range(0, 5).Select(Shard)];
        List<ShardKey> Round(int seconds)
        {
            var moved = new List<ShardKey>();
            for (var second = 0; second < seconds; second++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                _watch.BeginRound();
                foreach (var shard in all)
                {
                    _watch.Wanted(shard);
                    if (_watch.Judge(shard) is null) continue;
                    moved.Add(shard);
                    _watch.Moved(shard);
                }
            }
            return moved;
        }

        Assert.Equal(all[..2], Round(35));
        _watch.Heard(Status(all[0], ConsumerPhase.Running));
        Assert.Equal([all[2]], Round(1));
        _watch.Heard(Status(all[1], ConsumerPhase.Running));
        _watch.Heard(Status(all[2], ConsumerPhase.Running));
        Assert.Equal(all[3..], Round(1));
    }

    [Fact]
    public void One_that_is_silent_wherever_it_goes_is_moved_ever_more_slowly()
    {
        var moves = new List<int>();
        for (var second = 1; second <= 500; second++)
        {
            if (Poll(Shard(0), 1) is null) continue;
            moves.Add(second);
            _watch.Moved(Shard(0));
        }

        Assert.InRange(moves[0], 30, 32);
        Assert.InRange(moves[1] - moves[0], 60, 62);
        Assert.InRange(moves[2] - moves[1], 120, 122);
        Assert.InRange(moves[3] - moves[2], 240, 242);
    }

    [Fact]
    public void Who_was_asleep_does_not_judge_those_it_did_not_listen_to()
    {
        Poll(Shard(0), 10);
        _watch.Heard(Status(Shard(0), ConsumerPhase.Running));

        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(Poll(Shard(0), 25));
        Assert.NotNull(Poll(Shard(0), 10));
    }

    /// <summary>The last judgement of polls once a second.</summary>
    private (LeaseInterruption Kind, string Cause)? Poll(ShardKey shard, int seconds)
    {
        (LeaseInterruption, string)? judged = null;
        for (var second = 0; second < seconds; second++)
        {
            _watch.BeginRound();
            _watch.Wanted(shard);
            judged = _watch.Judge(shard);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        return judged;
    }

    private static ShardKey Shard(int number) => new("us-east-1", new Incarnation(5), number);

    private static ConsumerStatus Status(ShardKey shard, ConsumerPhase phase, int silences = 0) =>
        new("watch", shard, phase, "", 1, default, 0, 0, default, "", Node) { Health = new ConsumerHealth { Silences = silences, LastTrouble = "no step" } };
}
