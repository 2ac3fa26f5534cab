using System.Text;
using ActorStreams.Node.Certificates;
using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>What a container of a pod finds: its environment, and its mounted files in a temporary folder that stands for the root.</summary>
internal sealed class PodFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("actorstreams-pod-").FullName;

    public PodFiles(Manifests manifests, V1StatefulSet set, string name)
    {
        var pod = set.Spec.Template.Spec;
        var container = pod.Containers.Single();
        var secrets = Manifests.Secrets().ToDictionary(s => s.Metadata.Name, s => s.Data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetString(d.Value)));
        secrets["actorstreams-remoting-tls"] = RemotingTls();
        var mounts = container.VolumeMounts.ToDictionary(m => m.MountPath, m => pod.Volumes.Single(v => v.Name == m.Name));
        foreach (var (path, volume) in mounts)
        {
            var files = volume.Secret is { } secret ? secrets[secret.SecretName]
                : volume.ConfigMap is { } map ? manifests.Get<V1ConfigMap>(map.Name).Data
                : new Dictionary<string, string>();
            var folder = Directory.CreateDirectory(_root + path).FullName;
            foreach (var (file, text) in files) File.WriteAllText(Path.Combine(folder, file), text);
        }

        var environment = new Dictionary<string, string>();
        foreach (var variable in container.Env)
        {
            var value = variable.ValueFrom switch
            {
                { SecretKeyRef: { } key } => secrets[key.Name][key.Key],
                { FieldRef.FieldPath: "metadata.name" } => name,
                _ => variable.Value,
            };
            foreach (var (known, text) in environment) value = value.Replace($"$({known})", text, StringComparison.Ordinal);
            environment[variable.Name] = mounts.Keys.Any(m => value.StartsWith(m + "/", StringComparison.Ordinal)) ? _root + value : value;
        }

        Environment = environment;
        SettingsFile = _root + container.Args[container.Args.IndexOf("--settings") + 1];
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string SettingsFile { get; }

    /// <summary>The variables that stand for settings, by path.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings => Environment
        .Where(v => v.Key.StartsWith("ActorStreams__", StringComparison.Ordinal))
        .Select(v => KeyValuePair.Create(v.Key.Replace("__", ":", StringComparison.Ordinal), (string?)v.Value));

    /// <summary>As docs/kubernetes.md tells to make it.</summary>
    private static Dictionary<string, string> RemotingTls()
    {
        using var authority = DevelopmentAuthority.Create("test", TimeProvider.System.GetUtcNow());
        var (certificate, key) = authority.Sign(
            ["members", "*.node", "*.lighthouse"], [DevelopmentAuthority.ServerAuthentication, DevelopmentAuthority.ClientAuthentication], TimeProvider.System.GetUtcNow());
        return new() { ["tls.crt"] = certificate, ["tls.key"] = key, ["ca.crt"] = authority.CertificatePem };
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
