using ActorStreams.Clustering;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Lighthouse;
using ActorStreams.Management;
using ActorStreams.Node.Settings;
using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>The manifests and the code say the same: settings, ports, probes, names, time to stop.</summary>
public sealed class AgreementSpecs
{
    public static TheoryData<string> Overlays => Manifests.Overlays;

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void A_node_reads_its_environment_as_it_was_meant(string overlay)
    {
        var manifests = Manifests.Of(overlay);
        using var pod = new PodFiles(manifests, manifests.Node, "node-1");

        var settings = NodeSettingsReader.Read(SettingsSources.Load(pod.SettingsFile, pod.Settings));

        Assert.Equal("node-1.node", settings.Cluster.Host);
        Assert.Equal(LighthouseNames(manifests), settings.Cluster.Seeds);
        Assert.True(settings.Store.UsesPostgres);
        Assert.False(settings.Gateway.RequiresLoopback);
        Assert.Equal("0.0.0.0", settings.Management.BindAddress);
        Assert.NotNull(settings.Management.TokenFile);
        // The validator has read the files and found this host's name in the certificate.
        Assert.Equal(overlay == Manifests.Production, settings.Cluster.Tls is not null);
        PortsAre(manifests.Node, ("gateway", settings.Gateway.Port), ("management", settings.Management.Port), ("remoting", settings.Cluster.Port));
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void A_lighthouse_reads_its_environment_as_it_was_meant(string overlay)
    {
        var manifests = Manifests.Of(overlay);
        using var pod = new PodFiles(manifests, manifests.Lighthouse, "lighthouse-2");

        var settings = LighthouseSettings.Read(pod.SettingsFile, pod.Settings, name => pod.Environment.GetValueOrDefault(name));

        Assert.Equal(LighthouseNames(manifests), settings.Cluster.Seeds);
        Assert.Contains($"{settings.Cluster.Host}:{settings.Cluster.Port}", settings.Cluster.Seeds);
        Assert.Equal(overlay == Manifests.Production, settings.Cluster.Tls is not null);
        Assert.Equal(new ClusterOptions().Name, settings.Cluster.Name);
        Assert.Equal(LighthouseSettings.DefaultPort, settings.Cluster.Port);
        Assert.Equal("0.0.0.0", settings.Management.BindAddress);
        PortsAre(manifests.Lighthouse, ("management", settings.Management.Port), ("remoting", settings.Cluster.Port));
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void Ports_are_those_that_the_executables_have_by_themselves(string overlay)
    {
        var ports = Manifests.Of(overlay).Node.Spec.Template.Spec.Containers.Single().Ports.ToDictionary(p => p.Name, p => p.ContainerPort);

        Assert.Equal(new GatewayOptions().Port, ports["gateway"]);
        Assert.Equal(new ManagementOptions().Port, ports["management"]);
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void Probes_ask_for_life_and_readiness_and_wait_for_a_slow_start(string overlay)
    {
        Assert.All(Manifests.Of(overlay).Members.Select(s => s.Spec.Template.Spec.Containers.Single()), c =>
        {
            Assert.Equal(["/alive", "/alive", "/ready"], new[] { c.StartupProbe, c.LivenessProbe, c.ReadinessProbe }.Select(p => p.HttpGet.Path));
            Assert.All(new[] { c.StartupProbe, c.LivenessProbe, c.ReadinessProbe }, p => Assert.Equal("management", p.HttpGet.Port.Value));
            Assert.True(c.StartupProbe.PeriodSeconds * c.StartupProbe.FailureThreshold >= 60);
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void A_pod_gets_the_time_that_a_node_takes_to_stop(string overlay)
    {
        // Three seconds for requests under way, six to drain and leave (README), twice over, after the pause.
        var pod = Manifests.Of(overlay).Node.Spec.Template.Spec;

        var pause = pod.Containers.Single().Lifecycle.PreStop.Sleep.Seconds;

        Assert.True(pod.TerminationGracePeriodSeconds >= pause + 18);
    }

    private static IEnumerable<string> LighthouseNames(Manifests manifests)
    {
        var set = manifests.Lighthouse;
        var port = set.Spec.Template.Spec.Containers.Single().Ports.Single(p => p.Name == "remoting").ContainerPort;
        return Enumerable.Range(0, set.Spec.Replicas!.Value).Select(i => $"{set.Metadata.Name}-{i}.{set.Spec.ServiceName}:{port}");
    }

    private static void PortsAre(V1StatefulSet set, params (string Name, int Port)[] expected) => Assert.Equal(
        expected.OrderBy(p => p.Name, StringComparer.Ordinal),
        set.Spec.Template.Spec.Containers.Single().Ports.Select(p => (p.Name, p.ContainerPort)).OrderBy(p => p.Name, StringComparer.Ordinal));
}
