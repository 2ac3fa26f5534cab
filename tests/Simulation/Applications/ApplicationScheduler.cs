namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>Picks what happens next, by weight, out of all that can.</summary>
internal sealed class ApplicationScheduler(ApplicationWorld world)
{
    private const int FaultPercent = 30;
    private const int CalmTickMsMax = 40;
    private const int ShardsMax = 8;
    private const int CoordinatorsMax = 3;
    private const int CommandTimeoutMs = 5_000;
    private readonly ApplicationProfile _profile = world.Profile;
    private readonly List<(int Weight, Action Do)> _choices = [];

    public void Step()
    {
        _choices.Clear();
        Actors();
        Store();
        foreach (var message in world.Messages) May(8, () => Deliver(message));
        if (world.IsFaulty) Source();
        else if (world is { CommandUntilMs: null, Unanswered: { } unanswered }) May(8, () => Command(unanswered));
        if (world.IsFaulty && world.Chance(FaultPercent)) Faults();
        if (world.CommandUntilMs <= world.NowMs) world.CommandUntilMs = null;
        world.NowMs += 1 + world.Below(world.IsFaulty ? _profile.TickMsMax : CalmTickMsMax);
        var total = _choices.Sum(choice => choice.Weight);
        if (total == 0)
        {
            // All wait for a timeout.
            world.NowMs += 200;
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

    private void Actors()
    {
        foreach (var process in world.Processes)
        {
            if (process.IsRunning && process.Lease.CanStep) May(20, process.Lease.Step);
        }
        foreach (var coordinator in world.Coordinators)
        {
            if (!coordinator.Process.IsRunning) continue;
            if (coordinator.CanStep) May(10, coordinator.Step);
            foreach (var application in coordinator.Applications)
            {
                if (application.CanStep) May(10, application.Step);
            }
        }
        foreach (var consumer in world.Consumers)
        {
            if (consumer.Process.IsRunning && consumer.CanStep) May(10, consumer.Step);
        }
    }

    private void Store()
    {
        foreach (var request in world.Database.Requests)
        {
            if (request.IsGranted is null) May(request.Ask == LeaseAsk.Release ? 3 : 15, () => Apply(request));
            else if (request.Owner.Process.IsRunning) May(15, () => Answer(request));
        }
        foreach (var write in world.Journals.Writes)
        {
            if (write.Outcome is null) May(10, () => Apply(write));
            if (!write.Writer.Process.IsRunning) continue;
            if (write.Outcome is { } outcome) May(12, () => Tell(write, outcome));
            if (world.IsFaulty && !write.WriterWasTold) May(_profile.LostAnswerWeight, () => LoseAnswer(write));
        }
    }

    private void Source()
    {
        if (world.Chance(30)) May(6, world.Source.Put);
        if (world.Source.Shards.Count < ShardsMax && world.Chance(5)) May(_profile.ReshardWeight * 4, world.Source.Reshard);
        if (world.Chance(2)) May(_profile.AgeWeight * 4, world.Source.AgeOut);
        if (world.Chance(1)) May(_profile.RecreateWeight * 4, world.Source.Recreate);
        if (world.CommandUntilMs is null && world.Chance(10)) May(_profile.CommandWeight * 2, () => Command(world.Chance(60)));
    }

    private void Faults()
    {
        May(_profile.CrashWeight, () => world.Kill(world.Of(world.Processes)));
        May(_profile.FreezeWeight, () => world.Of(world.Processes).Freeze(200 + world.Below(12_000)));
        May(_profile.ClockWeight, () => world.Of(world.Processes).StepClock(world.Below(40_000) - 20_000));
        May(_profile.DatabaseClockWeight, () => world.Database.StepClock(world.Below(20_000) - 10_000));
        May(_profile.HandOverWeight, HandOver);
        May(1, () => world.NowMs += world.Below(4_000));
        if (world.Coordinators.Count < CoordinatorsMax) May(_profile.SecondCoordinatorWeight, () => world.StartCoordinator(world.Of(world.Processes)));
        if (world.Consumers.Count == 0) return;
        May(_profile.SecondCoordinatorWeight, SecondConsumer);
        May(_profile.CrashWeight, () => world.Of(world.Consumers).Stop());
    }

    private void HandOver()
    {
        var holders = world.Processes.Where(p => p.IsRunning && p.Lease.Epoch > 0).ToList();
        if (holders.Count > 0) world.Of(holders).Lease.GiveBack();
    }

    private void SecondConsumer()
    {
        var consumer = world.Of(world.Consumers);
        world.StartConsumer(consumer.Application, consumer.Shard);
    }

    private void Command(bool isStart)
    {
        if (world.Coordinators.Count == 0) return;
        world.Unanswered = isStart;
        var until = world.NowMs + CommandTimeoutMs;
        world.CommandUntilMs = until;
        var coordinator = world.Chance(75) ? world.Coordinators[^1] : world.Of(world.Coordinators);
        world.Log($"{(isStart ? "start" : "stop")} of {ApplicationWorld.Told} goes to {coordinator}");
        coordinator.Receive(new Command(ApplicationWorld.Told, isStart, () =>
        {
            // Whoever asked has given up and may have asked for something else.
            if (world.CommandUntilMs != until) return;
            world.CommandUntilMs = null;
            world.Unanswered = null;
            world.Answered = isStart;
            world.Ledger.CheckTold(ApplicationWorld.Told, isStart);
        }));
    }

    private void Deliver(Message message)
    {
        if (!(world.IsFaulty && world.Chance(_profile.RepeatPercent))) world.Messages.Remove(message);
        if (world.IsFaulty && world.Chance(_profile.LossPercent)) world.Log($"lost: {message.What}");
        else message.Deliver();
    }

    private void Apply(LeaseRequest request)
    {
        world.Database.Apply(request);
        // Most of what is asked is a renewal that is granted, or another's wish that is not.
        if (request.IsGranted == true ^ request.Ask == LeaseAsk.Renew) world.Log($"lease: {request}, {(request.IsGranted == true ? "granted" : "refused")}");
        if (world.IsFaulty && world.Chance(_profile.LossPercent)) world.Database.Requests.Remove(request);
    }

    private void Answer(LeaseRequest request)
    {
        world.Database.Requests.Remove(request);
        request.Owner.Receive(request);
    }

    private void Apply(PendingWrite write)
    {
        world.Journals.Apply(write);
        if (write.WriterWasTold) world.Journals.Writes.Remove(write);
    }

    private void Tell(PendingWrite write, WriteOutcome outcome)
    {
        world.Journals.Writes.Remove(write);
        if (!write.Writer.IsGone) write.Writer.WriteEnded(outcome);
    }

    private void LoseAnswer(PendingWrite write)
    {
        write.WriterWasTold = true;
        if (write.Outcome is not null || world.Chance(50)) world.Journals.Writes.Remove(write);
        world.Log($"store: no answer for {write.Writer} row {write.FirstRow}");
        if (!write.Writer.IsGone) write.Writer.WriteEnded(WriteOutcome.Unknown);
    }
}
