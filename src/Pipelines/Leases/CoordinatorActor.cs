using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <summary>
/// The cluster's only one: keeps one <see cref="ApplicationActor"/> for each pipeline of the settings and of run time. It moves no
/// records; consumers go on while it moves to another node.
/// </summary>
public sealed partial class CoordinatorActor : ReceivePersistentActor
{
    private readonly ImmutableArray<PipelineDefinition> _settings;
    private readonly LeaseServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, IActorRef> _applications = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ApplicationStatus> _statuses = new(StringComparer.Ordinal);
    private CoordinatorState _state = CoordinatorState.New;

    // Started under a name whose former child has not ended yet.
    private readonly Dictionary<string, ApplicationDefinition> _next = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, string> _leaving = [];
    private ITimer? _timer;

    public CoordinatorActor(ImmutableArray<PipelineDefinition> settings, LeaseServices services)
    {
        _settings = settings;
        _services = services;
        Recover<ICoordinatorEvent>(e => _state = _state.Apply(e));
        // Nothing is done before this is durable, so that a former incarnation's writes fail from here on.
        Recover<RecoveryCompleted>(_ => Persist(new CoordinatorTookOver(_services.Time.GetUtcNow().ToUnixTimeMilliseconds()), _ =>
        {
            foreach (var definition in _state.Effective(_settings)) Spawn(definition);
        }));
        Command<StartApplication>(start =>
            Add(start.Definition, wasThere => Sender.Tell(new ApplicationDone(start.Definition.Name, wasThere))));
        Command<StopApplication>(stop => Remove(stop.Name, wasThere => Sender.Tell(new ApplicationDone(stop.Name, wasThere))));
        CommandDeliveries();
        Command<ApplicationStatus>(status =>
        {
            if (_applications.TryGetValue(status.Name, out var child) && child.Equals(Sender)) _statuses[status.Name] = status;
        });
        Command<IOperation>(operation =>
        {
            if (_applications.TryGetValue(operation.Name, out var child)) child.Forward(operation);
            else Sender.Tell(new OperatorAnswer(OperatorOutcome.NotFound, $"There is no pipeline {operation.Name}."));
        });
        Command<GetStatus>(_ => Sender.Tell(new PipelinesStatus([.. _statuses.Values])));
        // One timer for all: each would wake a node that has nothing to do.
        Command<PollDue>(_ =>
        {
            foreach (var child in _applications.Values) child.Tell(ApplicationActor.Poll.Instance);
        });
        Command<Terminated>(OnTerminated);
        Command<Respawn>(OnRespawn);
    }

    public override string PersistenceId => "pipelines-coordinator";

    public static Props Props(ImmutableArray<PipelineDefinition> settings, LeaseServices services) =>
        Akka.Actor.Props.Create(() => new CoordinatorActor(settings, services));

    protected override void PreStart()
    {
        var self = Self;
        var interval = _services.Options.PollInterval;
        _timer = _services.Time.CreateTimer(_ => self.Tell(PollDue.Instance), null, interval, interval);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _timer?.Dispose();
        base.PostStop();
    }

    /// <param name="done">Told whether one of the name ran before, once it is durable.</param>
    private void Add(ApplicationDefinition definition, Action<bool> done)
    {
        var name = definition.Name;
        Persist(new ApplicationAdded(definition), added =>
        {
            _state = _state.Apply(added);
            var wasThere = _applications.TryGetValue(name, out var child);
            if (wasThere) child!.Tell(new ApplicationActor.Redefine(definition));
            else if (_leaving.ContainsValue(name)) _next[name] = definition;
            else Spawn(definition);
            done(wasThere);
        });
    }

    private void Remove(string name, Action<bool> done) => Persist(new ApplicationRemoved(name), removed =>
    {
        _state = _state.Apply(removed);
        _next.Remove(name);
        _statuses.Remove(name);
        var wasThere = _applications.Remove(name, out var child);
        if (wasThere)
        {
            _leaving[child!] = name;
            child!.Tell(ApplicationActor.Leave.Instance);
        }
        done(wasThere);
    });

    private void OnTerminated(Terminated ended)
    {
        if (_leaving.Remove(ended.ActorRef, out var left))
        {
            if (_next.Remove(left, out var next)) Spawn(next);
            return;
        }
        // A write that failed stopped it: it is started again from the store, at the pace of the poll.
        if (_applications.FirstOrDefault(a => a.Value.Equals(ended.ActorRef)) is not { Key: { } name }) return;
        _log.Warning("Application {Application} stopped and is started again", name);
        _applications.Remove(name);
        Task.Delay(_services.Options.PollInterval, _services.Time).PipeTo(Self, success: () => new Respawn(name));
    }

    private void OnRespawn(Respawn respawn)
    {
        if (_applications.ContainsKey(respawn.Name) || _leaving.ContainsValue(respawn.Name)) return;
        if (_state.Effective(_settings).FirstOrDefault(d => d.Name == respawn.Name) is { } definition) Spawn(definition);
    }

    private void Spawn(ApplicationDefinition definition)
    {
        var child = Context.ActorOf(ApplicationActor.Props(definition, _services), definition.Name);
        _applications[definition.Name] = child;
        Context.Watch(child);
    }

    private sealed record PollDue : INoSerializationVerificationNeeded
    {
        public static readonly PollDue Instance = new();
    }

    private sealed record Respawn(string Name) : INoSerializationVerificationNeeded;
}
