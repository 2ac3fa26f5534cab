using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorStreams.TestKit;

/// <summary>A log that keeps what it was told, in order. Safe from any thread.</summary>
public sealed class ToldLog : ILogger
{
    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Told { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Told.Enqueue((eventId.Id, logLevel, formatter(state, exception)));
}
