namespace ActorStreams.Management;

/// <summary>Where a node answers for its health and what it holds; it asks nobody who they are, so keep it off open networks.</summary>
public sealed record ManagementOptions
{
    /// <summary>Port of the admin endpoint, default 8558; 0 takes a free one.</summary>
    public int Port { get; init; } = 8558;

    /// <summary>IP address to listen on, default 127.0.0.1. Another one shows names, counts and metrics to whoever can reach it.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";
}
