using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ActorStreams.Pipelines;
using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>Overlays as kubectl renders them.</summary>
public sealed partial class RenderingSpecs
{
    public static TheoryData<string> Overlays => Manifests.Overlays;

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void Every_object_has_only_fields_that_its_kind_knows_and_stands_in_one_namespace(string overlay)
    {
        var all = Manifests.Of(overlay).All;

        Assert.Contains(all, o => o is V1Namespace { Metadata.Name: "actorstreams" });
        Assert.All(all.Where(o => o is not V1Namespace), o => Assert.Equal("actorstreams", o.Metadata.NamespaceProperty));
        Assert.Equal(all.Count, all.DistinctBy(o => (o.Kind, o.Metadata.Name)).Count());
    }

    [Fact]
    public void A_field_that_kubernetes_does_not_know_would_be_found()
    {
        const string misspelt = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  clusterIp: None\n";

        Assert.ThrowsAny<YamlException>(() => KubernetesYaml.LoadAllFromString(misspelt, strict: true));
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void There_is_no_secret_among_them(string overlay)
    {
        var manifests = Manifests.Of(overlay);

        Assert.DoesNotContain(manifests.All, o => o is V1Secret);
        Assert.DoesNotContain(
            manifests.StatefulSets.SelectMany(s => s.Spec.Template.Spec.Containers).SelectMany(c => c.Env),
            e => e.Value is not null && SecretName().IsMatch(e.Name));
        Assert.DoesNotContain("Password=", manifests.Text, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public void The_trial_has_a_database_of_its_own_and_production_scales_and_is_watched()
    {
        Assert.Contains(Manifests.Of(Manifests.Trial).StatefulSets, s => s.Metadata.Name == "postgres");
        Assert.DoesNotContain(Manifests.Of(Manifests.Production).StatefulSets, s => s.Metadata.Name == "postgres");
        Assert.Null(Manifests.Of(Manifests.Production).Node.Spec.Replicas);
        var autoscaler = Manifests.Of(Manifests.Production).Get<V2HorizontalPodAutoscaler>("node");
        Assert.Equal(("apps/v1", "StatefulSet", "node"), (autoscaler.Spec.ScaleTargetRef.ApiVersion, autoscaler.Spec.ScaleTargetRef.Kind, autoscaler.Spec.ScaleTargetRef.Name));
        Assert.True(autoscaler.Spec.MinReplicas >= 3);
        var metric = Assert.Single(autoscaler.Spec.Metrics, m => m.External is not null).External.Metric.Name;
        Assert.Contains(Gauges(), gauge => $"{gauge.Name.Replace('.', '_')}_seconds" == metric && gauge.Unit == "s");
        Assert.Contains($"as: {metric}", File.ReadAllText(Path.Combine(Manifests.Folder, "overlays", "production", "prometheus-adapter-rule.yaml")), StringComparison.Ordinal);
    }

    private static List<Instrument> Gauges()
    {
        var gauges = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => gauges.Add(instrument) };
        listener.Start();
        new PipelineMetrics().Dispose();
        return gauges;
    }

    // What is secret by its name and stands there as a value; names of files are none.
    [GeneratedRegex("(Password|SecretAccessKey|ConnectionString|Token|Keys__)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
