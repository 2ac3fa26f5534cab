using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>Picks what happens next, by weight, out of all that can.</summary>
internal sealed class Scheduler(SimulatedWorld world)
{
    private const int FaultPercent = 40;
    // Once the faults end, answers come well before the clients' timeouts.
    private const int CalmTickMsMax = 5;
    private const int OwnersOfShardMax = 3;
    private readonly Profile _profile = world.Profile;
    private readonly List<(int Weight, Action Do)> _choices = [];
    private int _reshapes;

    public void Step(bool faulty)
    {
        _choices.Clear();
        Clients(faulty);
        Messages(faulty);
        Owners(faulty);
        Writes(faulty);
        if (faulty && world.Chance(FaultPercent)) Faults();
        world.NowMs += 1 + world.Below(faulty ? _profile.TickMsMax : CalmTickMsMax);
        var total = 0;
        foreach (var (weight, _) in _choices) total += weight;
        if (total == 0)
        {
            // All wait for a timeout.
            world.NowMs += 500;
            return;
        }
        var pick = world.Below(total);
        foreach (var (weight, act) in _choices)
        {
            pick -= weight;
            if (pick >= 0) continue;
            act();
            return;
        }
    }

    private void May(int weight, Action act) => _choices.Add((weight, act));

    private void Clients(bool faulty)
    {
        foreach (var plain in world.Plain)
        {
            if (plain.WantsStep) May(8, plain.Step);
        }
        foreach (var caller in world.Callers)
        {
            if (caller.WantsStep) May(8, caller.Step);
        }
        foreach (var producer in world.Idempotent)
        {
            foreach (var life in producer.Lives)
            {
                if (!life.IsShutOut) May(10, () => life.Step());
            }
        }
        if (world.Reshaper.WantsStep) May(10, world.Reshaper.Step);
        if (!faulty) return;
        May(_profile.TrimWeight, Trim);
        if (world.Reshaper.IsIdle && _reshapes < _profile.Reshapes) May(1, Reshape);
    }

    private void Messages(bool faulty)
    {
        foreach (var channel in world.Network.Channels)
        {
            if (channel.Requests.Count > 0) May(10, () => DeliverRequest(channel, faulty));
            if (channel.Replies.Count > 0) May(10, () => DeliverReply(channel, faulty));
        }
    }

    private void Owners(bool faulty)
    {
        foreach (var owner in world.Owners)
        {
            if (faulty && owner.FrozenUntilMs > world.NowMs) continue;
            if (owner.CanStep) May(15, owner.Step);
            if (!faulty) continue;
            May(_profile.SnapshotWeight, owner.SaveSnapshot);
            var deletable = owner.DeletableTo();
            if (deletable > world.Store.Shard(owner.Number).Tombstone) May(_profile.DeletionWeight, () => Delete(owner, deletable));
        }
        var deletions = world.Store.Deletions;
        if (deletions.Count > 0) May(5, () => Take(deletions, d => world.Store.Delete(d.Shard, d.ToRow)));
    }

    private void Writes(bool faulty)
    {
        foreach (var write in world.Store.Writes)
        {
            if (write.Outcome is null) May(10, () => Apply(write));
            if (faulty && write.Owner.FrozenUntilMs > world.NowMs) continue;
            if (write.Outcome is { } outcome) May(12, () => Tell(write, outcome));
            // The owner gives up on the answer; the write itself may still reach the store later, or never.
            if (faulty && !write.OwnerWasTold) May(_profile.LostAnswerWeight, () => LoseAnswer(write));
        }
    }

    private void Faults()
    {
        May(_profile.PauseWeight, () => world.NowMs += 100 + world.Below(6_000));
        May(_profile.ClockWeight, StepClock);
        May(_profile.CrashWeight, world.Reshaper.Crash);
        May(_profile.ProducerCrashWeight, RestartProducer);
        if (world.Owners.Count == 0) return;
        May(_profile.SecondOwnerWeight, SecondOwner);
        May(_profile.CrashWeight, () => world.Of(world.Owners).Crash());
        May(_profile.FreezeWeight, Freeze);
    }

    /// <summary>A stopped process: nothing in it goes on, and it does not know that time passed.</summary>
    private void Freeze()
    {
        var owner = world.Of(world.Owners);
        if (world.Chance(30))
        {
            // In the middle of its recovery.
            owner = world.StartOwner(owner.Number);
            owner.Step();
        }
        owner.FrozenUntilMs = world.NowMs + world.Below(500 * _profile.TickMsMax);
        world.Log($"{owner} stands still until {owner.FrozenUntilMs} ms");
        if (world.Chance(50)) world.StartOwner(owner.Number);
    }

    private void RestartProducer()
    {
        var producer = world.Of(world.Idempotent);
        // At most one former life goes on beside the new one.
        producer.Lives.RemoveRange(0, Math.Max(0, producer.Lives.Count - (world.Chance(50) ? 1 : 0)));
        producer.Start();
        world.Log($"{producer.Lives[^1]} starts beside {producer.Lives.Count - 1}");
    }

    private void DeliverRequest(Channel channel, bool faulty)
    {
        var index = faulty && world.Chance(10) ? world.Below(channel.Requests.Count) : 0;
        // The tries of a call go the same way: the second does not overtake the first, which need not say that it may be a repeat.
        if (channel.Requests[index].Call is { } call) index = channel.Requests.FindIndex(r => r.Call == call);
        var request = channel.Requests[index];
        if (!(faulty && request.MayRepeat && world.Chance(_profile.RepeatPercent))) channel.Requests.RemoveAt(index);
        if (faulty && world.Chance(_profile.LossPercent)) world.Log($"lost: {request}");
        else world.Deliver(request);
    }

    private void DeliverReply(Channel channel, bool faulty)
    {
        var index = faulty && world.Chance(10) ? world.Below(channel.Replies.Count) : 0;
        var (request, reply) = channel.Replies[index];
        if (!(faulty && world.Chance(_profile.RepeatPercent))) channel.Replies.RemoveAt(index);
        if (faulty && world.Chance(_profile.LossPercent)) world.Log($"lost: answer to {request}");
        else channel.Client.Receive(request, reply);
    }

    private void Apply(PendingWrite write)
    {
        world.Store.Apply(write);
        world.Log($"store: {write.Owner} row {write.Row} {write.Outcome} {write.Event}");
        if (write.OwnerWasTold) world.Store.Writes.Remove(write);
    }

    private void Tell(PendingWrite write, WriteOutcome outcome)
    {
        world.Store.Writes.Remove(write);
        if (write.Owner.Phase is OwnerPhase.Writing or OwnerPhase.Owning) write.Owner.WriteEnded(outcome);
    }

    private void LoseAnswer(PendingWrite write)
    {
        write.OwnerWasTold = true;
        if (write.Outcome is not null || world.Chance(50)) world.Store.Writes.Remove(write);
        world.Log($"store: no answer for {write.Owner} row {write.Row}");
        if (write.Owner.Phase is OwnerPhase.Writing or OwnerPhase.Owning) write.Owner.WriteEnded(WriteOutcome.Unknown);
    }

    private void Delete(ShardOwner owner, long toRow)
    {
        var step = Math.Min(toRow, world.Store.Shard(owner.Number).Tombstone + 1 + world.Below(6));
        world.Log($"{owner} deletes to row {step}");
        world.Store.Deletions.Add((owner.Number, step));
    }

    private void Take<T>(List<T> items, Action<T> act)
    {
        var index = world.Below(items.Count);
        var item = items[index];
        items.RemoveAt(index);
        act(item);
    }

    private void StepClock()
    {
        var node = world.Of(world.Nodes);
        node.OffsetMs += world.Below(20_000) - 10_000;
        world.Log($"the clock of {node.Name} is now off by {node.OffsetMs} ms");
    }

    private void SecondOwner()
    {
        // Of a shard that has one, so that shards which are just being opened get theirs too.
        var number = world.Of(world.Owners).Number;
        if (world.Owners.Count(o => o.Number == number) < OwnersOfShardMax) world.StartOwner(number);
    }

    private void Reshape()
    {
        if (world.Reshaper.Map is not { } map) return;
        var index = world.Below(map.Shards.Length);
        var shard = map.Shards[index];
        if (map.Shards.Length > 1 && world.Chance(50))
        {
            var lower = Math.Min(index, map.Shards.Length - 2);
            world.Reshaper.BeginMerge(map.Shards[lower], map.Shards[lower + 1]);
        }
        else if (shard.Range.Starting < shard.Range.Ending)
        {
            world.Reshaper.BeginSplit(shard, SplitPoint(shard));
        }
        else
        {
            return;
        }
        _reshapes++;
    }

    /// <summary>Just at, just above or far from a key in use.</summary>
    private UInt128 SplitPoint(MappedShard shard)
    {
        var near = Records.HashOf(world.Below(Records.Keys)) + (UInt128)world.Below(2);
        if (near > shard.Range.Starting && near <= shard.Range.Ending) return near;
        return shard.Range.Starting + (shard.Range.Ending - shard.Range.Starting) / 2 + 1;
    }

    private void Trim()
    {
        var known = world.Ledger.Shards.Keys.ToList();
        if (known.Count == 0) return;
        var number = world.Of(known);
        var clock = world.Of(world.Nodes).ClockMs(world.NowMs);
        world.Send(new Request(world.Janitor, number, new ShardProtocol.Trim(world.KeyOf(number), clock - _profile.RetentionMs), []));
    }
}
