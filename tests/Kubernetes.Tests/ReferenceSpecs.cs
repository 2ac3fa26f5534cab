using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>What the pods refer to is there: in the overlay, or by what its documentation tells to make.</summary>
public sealed class ReferenceSpecs
{
    // As cert-manager makes it for mutual TLS between members (docs/kubernetes.md).
    private static readonly Dictionary<string, string[]> Documented = new() { ["actorstreams-remoting-tls"] = ["tls.crt", "tls.key", "ca.crt"] };

    [SkippableTheory]
    [InlineData(Manifests.Trial)]
    [InlineData(Manifests.Production, "--postgres", "Host=db;Username=streams")]
    public void Every_secret_and_config_map_that_a_pod_uses_is_there_with_its_key(string overlay, params string[] arguments)
    {
        var manifests = Manifests.Of(overlay);
        var printed = Manifests.Secrets(arguments);
        Assert.All(printed, s => Assert.Equal("actorstreams", s.Metadata.NamespaceProperty));
        var secrets = printed.ToDictionary(s => s.Metadata.Name, s => s.Data.Keys.ToArray()).Concat(Documented).ToDictionary();
        var maps = manifests.All.OfType<V1ConfigMap>().ToDictionary(m => m.Metadata.Name, m => m.Data.Keys.ToArray());
        foreach (var pod in manifests.StatefulSets.Select(s => s.Spec.Template.Spec))
        {
            foreach (var reference in pod.Containers.SelectMany(c => c.Env).Select(e => e.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>())
                Assert.Contains(reference.Key, secrets[reference.Name]);
            foreach (var optional in pod.Containers.SelectMany(c => c.EnvFrom ?? []).Select(e => e.SecretRef))
                Assert.True(secrets.ContainsKey(optional.Name) || optional.Optional == true, optional.Name);
            foreach (var volume in pod.Volumes.Where(v => v.Secret is not null)) Assert.Contains(volume.Secret.SecretName, secrets.Keys);
            foreach (var volume in pod.Volumes.Where(v => v.ConfigMap is not null)) Assert.Contains(volume.ConfigMap.Name, maps.Keys);
            foreach (var mount in pod.Containers.SelectMany(c => c.VolumeMounts))
                Assert.Contains(mount.Name, pod.Volumes.Select(v => v.Name).Concat(manifests.StatefulSets.SelectMany(s => s.Spec.VolumeClaimTemplates ?? []).Select(c => c.Metadata.Name)));
            Assert.Contains(manifests.All, o => o is V1ServiceAccount && o.Metadata.Name == pod.ServiceAccountName);
        }

        foreach (var credentials in manifests.All.OfType<ServiceMonitor>().SelectMany(m => m.Spec.Endpoints).Select(e => e.Authorization.Credentials))
            Assert.Contains(credentials.Key, secrets[credentials.Name]);
    }

    [SkippableFact]
    public void The_secrets_are_new_each_time_and_long_enough()
    {
        var (first, second) = (Manifests.Secrets(), Manifests.Secrets());

        var values = first.Concat(second).SelectMany(s => s.Data.Where(d => d.Key is not "username").Select(d => Convert.ToHexString(d.Value))).ToArray();
        Assert.Equal(values.Length, values.Distinct(StringComparer.Ordinal).Count());
        Assert.All(first.SelectMany(s => s.Data).Where(d => d.Key is "password" or "token" or "secret-access-key"), d => Assert.True(d.Value.Length >= 24, d.Key));
    }
}
