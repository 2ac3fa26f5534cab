using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>
/// One incarnation of a shard's consumer, as the design describes it, around the real state: its start is durable before its sink hears of it, its
/// checkpoint follows what the sink confirmed, and its end is durable before it is told.
/// </summary>
internal sealed class Consumer(ApplicationWorld world, int id, string application, ShardKey shard, SimulatedProcess process) : IWriter
{
    private const int ResendMs = 1_000;
    private const int UnwantedMs = 30_000;
    private const int RecordsMax = 8;

    private readonly Queue<object> _inbox = new();
    private ConsumerState _state = ConsumerState.New;
    private bool _isRecovered;
    private bool _isStarted;
    private int _row;
    private IConsumerEvent? _writing;
    private RunConsumer? _work;
    private long _wantedAtMs = world.NowMs;
    private SinkRequest? _outstanding;
    private long _sentAtMs;

    // What the sink has confirmed to this incarnation; null before it attached.
    private int? _confirmed;

    public int Number => id;
    public string Application => application;
    public ShardKey Shard => shard;
    public SimulatedProcess Process => process;
    public bool IsGone { get; private set; }
    public string Key { get; } = ConsumerProtocol.Id(application, shard);

    public bool CanStep => !IsGone && (!_isRecovered || _inbox.Count > 0 || world.NowMs - _wantedAtMs > UnwantedMs || CanWork);

    private bool CanWork => (_isStarted || _work is not null) && !_state.IsFinished && NextAct() is not null;

    /// <summary>Row 1 is the first record, row 0 stands for the horizon.</summary>
    public static int IndexOf(ShardPosition position) => Math.Max(0, (int)position.Row - 1);

    public override string ToString() => $"consumer {id} of {application}/{shard.Shard} on {process.Name}";

    public void Receive(object message) => _inbox.Enqueue(message);

    public void Stop() => IsGone = true;

    public void Step()
    {
        if (!_isRecovered) Recover();
        else if (_inbox.TryDequeue(out var message)) On(message);
        else if (world.NowMs - _wantedAtMs > UnwantedMs) Stop();
        else NextAct()?.Invoke();
    }

    public void WriteEnded(WriteOutcome outcome)
    {
        if (outcome != WriteOutcome.Confirmed)
        {
            Stop();
            return;
        }
        _state = _state.Apply(_writing!);
        _row++;
        _isStarted |= _writing is ConsumerStarted;
        _writing = null;
        if (_state.IsFinished) Report();
    }

    private void Recover()
    {
        foreach (var e in world.Journals.Read(Key))
        {
            _state = _state.Apply((IConsumerEvent)e);
            _row++;
        }
        _isRecovered = true;
    }

    private void On(object message)
    {
        switch (message)
        {
            case RunConsumer run:
                (_work, _wantedAtMs) = (run, world.NowMs);
                if (_state.IsFinished) Report();
                break;
            case StopConsumer:
                Stop();
                break;
            case SinkAnswer answer when answer.Request == _outstanding:
                _outstanding = null;
                if (answer.Position is { } position) _confirmed = position;
                else Stop();
                break;
        }
    }

    /// <summary>What it can do now, if anything: it writes, or waits for its sink, one at a time each.</summary>
    private Action? NextAct()
    {
        if (!_isStarted)
        {
            if (_writing is null) return () => Write(new ConsumerStarted(_state.Epoch + 1, ShardPosition.TrimHorizon, 0));
            if (world.Mutation != ApplicationMutation.ConsumerAttachesBeforeItsStartIsDurable) return null;
        }
        if (_outstanding is not null && world.NowMs - _sentAtMs < ResendMs) return null;
        // A start that is in flight, where it should have been waited for.
        var epoch = _isStarted ? _state.Epoch : _state.Epoch + 1;
        if (_confirmed is not { } confirmed) return () => Send(new SinkRequest(this, epoch, null));
        if (world.Source.Find(shard) is not { IsGone: false } source) return null;
        var checkpoint = IndexOf(_state.Checkpoint);
        var read = Math.Min(source.Records, confirmed + 1 + world.Below(RecordsMax));
        var done = world.Mutation == ApplicationMutation.CheckpointRunsAheadOfTheSink ? read : confirmed;
        if (_writing is null && done > checkpoint && (source.Records == confirmed || world.Chance(40)))
            return () => Write(new Checkpointed(new ShardPosition(done + 1, 0), new ConsumerCounts(done, 0, 0, 0), 0));
        if (read > confirmed) return () => Send(new SinkRequest(this, epoch, (confirmed, read)));
        return source.IsClosed && checkpoint >= confirmed && _writing is null ? Finish : null;
    }

    private void Finish()
    {
        Write(new ConsumerFinished(0));
        if (world.Mutation == ApplicationMutation.FinishIsToldBeforeItIsDurable) Report();
    }

    private void Report()
    {
        if (_work?.Application is { } owner) world.Send($"{this} has finished", () => owner.Finished(shard));
    }

    private void Send(SinkRequest request)
    {
        _outstanding = request;
        _sentAtMs = world.NowMs;
        world.Send(request.ToString(), () => world.Sink.Receive(request));
    }

    private void Write(IConsumerEvent e)
    {
        _writing = e;
        world.Journals.Begin(this, Key, _row + 1, e);
    }
}
