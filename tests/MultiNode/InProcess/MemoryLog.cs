using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>The last lines that the nodes of a cluster logged, in one order, to be shown where a run failed.</summary>
public sealed class MemoryLog(TimeProvider time)
{
    private const int LinesMax = 4_000;
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly long _start = time.GetTimestamp();

    public void Add(string line)
    {
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_start).TotalSeconds,7:0.000} {line}"));
        while (_lines.Count > LinesMax) _lines.TryDequeue(out _);
    }

    public override string ToString() => string.Join('\n', _lines);

    public ILoggerFactory Of(string node, LogLevel akkaLevel = LogLevel.Warning) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Akka", akkaLevel);
        logging.AddProvider(new Provider(this, node));
    });

    private sealed class Provider(MemoryLog log, string node) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(log, node, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(MemoryLog log, string node, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add($"{node} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $" {exception.GetType().Name}: {exception.Message}")}");
    }
}
