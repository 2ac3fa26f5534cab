namespace ActorStreams.Management;

/// <summary>Where a node answers for its health and what it holds, and takes the changes of whoever runs it.</summary>
public sealed record ManagementOptions
{
    /// <summary>Port of the admin endpoint, default 8558; 0 takes a free one.</summary>
    public int Port { get; init; } = 8558;

    /// <summary>IP address to listen on, default 127.0.0.1. Another one needs a token.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>
    /// What callers show as <c>Authorization: Bearer ...</c>, default none: then everybody on this machine may look and change. <c>/alive</c> and
    /// <c>/ready</c> never ask for it.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>A file that holds the token, read at the start; instead of <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }
}
