namespace ActorStreams.Hosting.Settings;

/// <summary>The settings cannot be used; every error found, each with the path of its setting.</summary>
public sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
