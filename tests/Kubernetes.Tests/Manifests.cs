using System.Diagnostics;
using ActorStreams.TestKit;
using k8s;
using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>What kubectl makes of an overlay, read strictly: a field that Kubernetes does not know, or one given twice, is an error.</summary>
internal sealed class Manifests
{
    public const string Trial = "trial";
    public const string Production = "production";

    private static readonly Dictionary<string, Type> OtherKinds = new() { ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor) };
    private static readonly Dictionary<string, Lazy<Manifests>> Rendered = new[] { Trial, Production }.ToDictionary(o => o, o => new Lazy<Manifests>(() => Render(o)));

    private Manifests(string text)
    {
        Text = text;
        All = [.. KubernetesYaml.LoadAllFromString(text, OtherKinds, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];
    }

    public static string Folder { get; } = Path.Combine(NodeProcess.RepositoryRoot(), "k8s");

    public static TheoryData<string> Overlays => [Trial, Production];

    public string Text { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All { get; }

    public IEnumerable<V1StatefulSet> StatefulSets => All.OfType<V1StatefulSet>();

    /// <summary>Those of the members of a cluster, without the trial's database.</summary>
    public IEnumerable<V1StatefulSet> Members => StatefulSets.Where(s => s.Metadata.Name is "node" or "lighthouse");

    public V1StatefulSet Node => StatefulSets.Single(s => s.Metadata.Name == "node");

    public V1StatefulSet Lighthouse => StatefulSets.Single(s => s.Metadata.Name == "lighthouse");

    public T Get<T>(string name) where T : IKubernetesObject<V1ObjectMeta> => All.OfType<T>().Single(o => o.Metadata.Name == name);

    /// <summary>Skips the test where kubectl is missing.</summary>
    public static Manifests Of(string overlay)
    {
        Requires.Need(Kubectl.IsThere, "kubectl 1.24 or newer", "https://kubernetes.io/docs/tasks/tools");
        return Rendered[overlay].Value;
    }

    /// <summary>What secrets.sh prints.</summary>
    public static IReadOnlyList<V1Secret> Secrets(params string[] arguments)
    {
        Requires.Need(!OperatingSystem.IsWindows(), "bash", "run on Linux or macOS");
        var printed = Kubectl.Run("bash", [Path.Combine(Folder, "secrets.sh"), .. arguments]);
        return [.. KubernetesYaml.LoadAllFromString(printed, strict: true).OfType<V1Secret>()];
    }

    private static Manifests Render(string overlay) => new(Kubectl.Run("kubectl", "kustomize", Path.Combine(Folder, "overlays", overlay)));
}
