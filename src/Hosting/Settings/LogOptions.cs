using Microsoft.Extensions.Logging;

namespace ActorStreams.Hosting.Settings;

public enum LogFormat
{
    Text = 1,
    Json = 2,
}

/// <summary>What the node writes to standard error.</summary>
public sealed record LogOptions
{
    /// <summary>Lines for people (Text, default) or one JSON object a line for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>Least severe level written, default Information. Debug writes a line per batch and slows a busy node down.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>The same for Akka's own messages, default Warning; a cluster that forms writes dozens below that.</summary>
    public LogLevel AkkaLevel { get; init; } = LogLevel.Warning;
}
