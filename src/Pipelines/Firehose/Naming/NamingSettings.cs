namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>Of what the names of a delivery stream's objects are made.</summary>
/// <param name="StreamName">Of the delivery stream.</param>
/// <param name="VersionId">Of its configuration.</param>
public sealed record NamingSettings(string StreamName, string VersionId)
{
    public string Prefix { get; init; } = "";

    /// <summary>Null or empty: the prefix, the error's type and the time, where the prefix has no expressions.</summary>
    public string? ErrorOutputPrefix { get; init; }

    /// <summary>With its dot: the user's own, or the format's; empty for none.</summary>
    public string Extension { get; init; } = "";

    /// <summary>Such as <c>Europe/Berlin</c>, for all times in names; null or empty for UTC.</summary>
    public string? CustomTimeZone { get; init; }

    public bool HasDynamicPartitioning { get; init; }

    /// <summary>The keys that the query of dynamic partitioning gives.</summary>
    public IReadOnlyList<string> QueryKeys { get; init; } = [];

    /// <summary>Whether a transform may give partition keys.</summary>
    public bool HasTransform { get; init; }
}

/// <param name="Member">Of the settings, as the Firehose API calls it.</param>
/// <param name="Position">Of the character in it, from 1; null where the whole is meant.</param>
public sealed record NamingError(string Member, int? Position, string Message)
{
    public override string ToString() => Position is { } at ? $"{Member}, character {at}: {Message}" : $"{Member}: {Message}";
}
