using k8s;
using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>What the production overlay says of the Prometheus operator's kind, of which the client has no model. It too is read strictly.</summary>
public sealed class ServiceMonitor : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public ServiceMonitorSpec Spec { get; set; } = new();
}

public sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public IList<ServiceMonitorEndpoint> Endpoints { get; set; } = [];
}

public sealed class ServiceMonitorEndpoint
{
    public string Port { get; set; } = "";

    public string Path { get; set; } = "";

    public string Interval { get; set; } = "";

    public ServiceMonitorAuthorization Authorization { get; set; } = new();
}

public sealed class ServiceMonitorAuthorization
{
    public string Type { get; set; } = "";

    public V1SecretKeySelector Credentials { get; set; } = new();
}
