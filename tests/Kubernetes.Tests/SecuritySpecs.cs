namespace ActorStreams.Kubernetes.Tests;

/// <summary>What Kubernetes calls a restricted pod, and a little more.</summary>
public sealed class SecuritySpecs
{
    public static TheoryData<string> Overlays => Manifests.Overlays;

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void No_container_is_root_writes_to_its_image_or_holds_a_token_of_the_cluster(string overlay)
    {
        foreach (var set in Manifests.Of(overlay).StatefulSets)
        {
            var pod = set.Spec.Template.Spec;
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.All(pod.Containers, c =>
            {
                Assert.True(c.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(c.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal(["ALL"], c.SecurityContext.Capabilities.Drop);
                Assert.Contains(c.VolumeMounts, m => m.MountPath == "/tmp");
            });
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void Every_container_asks_for_what_it_needs_and_has_a_bound_on_memory(string overlay)
    {
        Assert.All(Manifests.Of(overlay).StatefulSets.SelectMany(s => s.Spec.Template.Spec.Containers), c =>
        {
            Assert.Equal(["cpu", "memory"], c.Resources.Requests.Keys.Order(StringComparer.Ordinal));
            Assert.True(c.Resources.Limits["memory"].ToDecimal() >= c.Resources.Requests["memory"].ToDecimal());
        });
    }
}
