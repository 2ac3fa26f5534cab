namespace ActorStreams.Node.Auditing;

/// <summary>Where it is noted who changed what.</summary>
public sealed record AuditOptions
{
    /// <summary>
    /// File that takes one JSON object a line for each control call and each change on the admin endpoint, refused ones too; null, the default, notes
    /// them in the log only. It is opened for each line, so whoever rotates it just moves it away.
    /// </summary>
    public string? File { get; init; }
}
