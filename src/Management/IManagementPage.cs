namespace ActorStreams.Management;

/// <summary>Some routes of the admin endpoint that belong together.</summary>
public interface IManagementPage
{
    IEnumerable<ManagementRoute> Routes { get; }
}
