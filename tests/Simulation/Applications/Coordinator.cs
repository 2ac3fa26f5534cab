using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>A start or stop at run time.</summary>
internal sealed record Command(string Application, bool IsStart, Action Acknowledge);

/// <summary>One incarnation of the coordinator with its applications; there may be two at once, though only one has the lease.</summary>
internal sealed class Coordinator(ApplicationWorld world, int id, SimulatedProcess process) : IWriter
{
    public const string Id = "coordinator";
    private const int RespawnMs = 1_000;

    private readonly Queue<Command> _commands = new();
    private CoordinatorState _state = CoordinatorState.New;
    private bool _isRecovered;
    private bool _isServing;
    private int _row;
    private (Command? Command, ICoordinatorEvent Event)? _writing;
    private long _respawnedAtMs;

    // How many had read the journal when this one did.
    private int _readAs;

    public SimulatedProcess Process => process;

    public int ReadAs => _readAs;
    public List<ApplicationRun> Applications { get; } = [];

    public bool IsGone { get; private set; }

    public bool CanStep => !IsGone && (!_isRecovered || (_isServing && _writing is null && _commands.Count > 0) || IsRespawnDue);

    private bool IsRespawnDue => world.NowMs - _respawnedAtMs > RespawnMs && Applications.Exists(a => a.IsGone);

    /// <summary>As the settings and commands would have it.</summary>
    public static PipelineDefinition Define(string name) => new()
    {
        Name = name,
        Source = new StreamId("local", "source"),
        Output = new StreamId("local", "output"),
        DeadLetters = new StreamId("local", "dead-letters"),
        ValuePath = "value",
    };

    public override string ToString() => $"coordinator {id} on {process.Name}";

    public void Receive(Command command) => _commands.Enqueue(command);

    public void Step()
    {
        if (!_isRecovered)
        {
            foreach (var e in world.Journals.Read(Id))
            {
                _state = _state.Apply((ICoordinatorEvent)e);
                _row++;
            }
            _isRecovered = true;
            _readAs = world.Ledger.NextReader();
            // So that from here on a former incarnation's writes fail.
            if (world.Mutation == ApplicationMutation.CoordinatorsDoNotTakeOver) Serve();
            else Write(null, new CoordinatorTookOver(0));
        }
        else if (_isServing && _writing is null && _commands.TryDequeue(out var command))
        {
            ICoordinatorEvent e = command.IsStart ? new ApplicationAdded(Define(command.Application)) : new ApplicationRemoved(command.Application);
            Write(command, e);
            if (world.Mutation == ApplicationMutation.CommandsAreAnsweredBeforeTheyAreDurable) command.Acknowledge();
        }
        else
        {
            _respawnedAtMs = world.NowMs;
            Applications.RemoveAll(a => a.IsGone);
            SpawnMissing();
        }
    }

    public void Stop()
    {
        IsGone = true;
        foreach (var application in Applications) application.Stop();
    }

    public void WriteEnded(WriteOutcome outcome)
    {
        var (command, e) = _writing!.Value;
        _writing = null;
        if (outcome != WriteOutcome.Confirmed)
        {
            Stop();
            world.CoordinatorFailed(this);
            return;
        }
        _state = _state.Apply(e);
        _row++;
        if (command is null)
        {
            Serve();
            return;
        }
        if (!command.IsStart)
        {
            foreach (var stopped in Applications.FindAll(a => a.Name == command.Application)) stopped.Leave();
            Applications.RemoveAll(a => a.Name == command.Application);
        }
        SpawnMissing();
        command.Acknowledge();
    }

    private void Serve()
    {
        _isServing = true;
        world.Ledger.Serves(_readAs);
        SpawnMissing();
    }

    private void Write(Command? command, ICoordinatorEvent e)
    {
        _writing = (command, e);
        world.Journals.Begin(this, Id, _row + 1, e);
    }

    private void SpawnMissing()
    {
        foreach (var definition in _state.Effective([Define(ApplicationWorld.Configured)]))
        {
            if (!Applications.Exists(a => a.Name == definition.Name)) Applications.Add(new ApplicationRun(world, this, definition.Name));
        }
    }
}
