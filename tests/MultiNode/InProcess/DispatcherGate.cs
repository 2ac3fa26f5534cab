using System.Collections.Concurrent;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>
/// Lets the actors of one system stand still where they are, as a stopped process does. What was asked of the store goes on, as it does in the
/// store; its answers lie in mailboxes until the gate opens.
/// </summary>
public sealed class DispatcherGate : IDisposable
{
    private const string Setting = "chaos.gate";
    private static readonly ConcurrentDictionary<string, DispatcherGate> s_gates = new(StringComparer.Ordinal);

    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly Lock _lock = new();
    private readonly Queue<IRunnable> _waiting = [];
    private bool _isClosed;

    public DispatcherGate() => s_gates[_id] = this;

    /// <summary>Puts the dispatchers of actors behind this gate.</summary>
    public Config Config => ConfigurationFactory.ParseString($$"""
        {{Setting}} = "{{_id}}"
        akka.actor.default-dispatcher.executor = "{{typeof(Configurator).FullName}}, {{typeof(Configurator).Assembly.GetName().Name}}"
        akka.actor.internal-dispatcher.executor = "{{typeof(Configurator).FullName}}, {{typeof(Configurator).Assembly.GetName().Name}}"
        """);

    public void Close()
    {
        lock (_lock) _isClosed = true;
    }

    public void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
            while (_waiting.TryDequeue(out var runnable)) Run(runnable);
        }
    }

    public void Dispose()
    {
        Open();
        s_gates.TryRemove(_id, out _);
    }

    private void Pass(IRunnable runnable)
    {
        lock (_lock)
        {
            if (_isClosed) _waiting.Enqueue(runnable);
            else Run(runnable);
        }
    }

    private static void Run(IRunnable runnable) => ThreadPool.UnsafeQueueUserWorkItem(static r => r.Run(), runnable, preferLocal: false);

    /// <summary>Akka makes it by its name.</summary>
    public sealed class Configurator(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
    {
        public override ExecutorService Produce(string id) => new Executor(id, s_gates[Prerequisites.Settings.Config.GetString(Setting)]);
    }

    private sealed class Executor(string id, DispatcherGate gate) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => gate.Pass(run);

        public override void Shutdown()
        {
        }
    }
}
