using k8s.Models;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>Who is meant by selectors: of services, budgets, spreads, policies and monitors.</summary>
public sealed class SelectionSpecs
{
    public static TheoryData<string> Overlays => Manifests.Overlays;

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void A_stateful_set_its_service_its_budget_and_its_spread_mean_its_own_pods_and_no_others(string overlay)
    {
        var manifests = Manifests.Of(overlay);
        foreach (var set in manifests.StatefulSets)
        {
            Assert.Equal([set], Chosen(manifests, set.Spec.Selector));
            var service = manifests.Get<V1Service>(set.Spec.ServiceName);
            Assert.Equal("None", service.Spec.ClusterIP);
            Assert.Equal([set], Chosen(manifests, new V1LabelSelector { MatchLabels = service.Spec.Selector }));
        }

        foreach (var set in manifests.Members)
        {
            var budget = manifests.Get<V1PodDisruptionBudget>(set.Metadata.Name);
            Assert.Equal([set], Chosen(manifests, budget.Spec.Selector));
            Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
            Assert.All(set.Spec.Template.Spec.TopologySpreadConstraints, s => Assert.Equal([set], Chosen(manifests, s.LabelSelector)));
            Assert.Equal(["topology.kubernetes.io/zone", "kubernetes.io/hostname"], set.Spec.Template.Spec.TopologySpreadConstraints.Select(s => s.TopologyKey));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void A_service_leads_to_ports_that_its_pods_have(string overlay)
    {
        var manifests = Manifests.Of(overlay);
        foreach (var service in manifests.All.OfType<V1Service>())
        {
            var set = Assert.Single(Chosen(manifests, new V1LabelSelector { MatchLabels = service.Spec.Selector }));
            var ports = set.Spec.Template.Spec.Containers.SelectMany(c => c.Ports).ToDictionary(p => p.Name, p => p.ContainerPort);
            Assert.All(service.Spec.Ports, p => Assert.Equal(p.Port, ports[p.TargetPort.Value]));
        }

        Assert.Equal("node", Assert.Single(Chosen(manifests, new V1LabelSelector { MatchLabels = manifests.Get<V1Service>("gateway").Spec.Selector })).Metadata.Name);
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public void Everything_is_denied_but_the_gateway_members_operators_names_and_the_database(string overlay)
    {
        var manifests = Manifests.Of(overlay);
        var members = manifests.Members.ToArray();

        var deny = manifests.Get<V1NetworkPolicy>("default-deny");
        Assert.Superset(members.ToHashSet(), Chosen(manifests, deny.Spec.PodSelector).ToHashSet());
        Assert.Equal(["Ingress", "Egress"], deny.Spec.PolicyTypes);
        Assert.Null(deny.Spec.Ingress);
        Assert.Null(deny.Spec.Egress);

        var gateway = manifests.Get<V1NetworkPolicy>("gateway-from-anywhere");
        Assert.Equal([manifests.Node], Chosen(manifests, gateway.Spec.PodSelector));
        Assert.Equal("gateway", Assert.Single(Assert.Single(gateway.Spec.Ingress).Ports).Port.Value);
        Assert.Null(gateway.Spec.Ingress[0].FromProperty);

        var between = manifests.Get<V1NetworkPolicy>("members-to-members");
        Assert.Equal(members, Chosen(manifests, between.Spec.PodSelector));
        Assert.Equal(members, Chosen(manifests, Assert.Single(Assert.Single(between.Spec.Ingress).FromProperty).PodSelector));
        Assert.Equal(members, Chosen(manifests, Assert.Single(Assert.Single(between.Spec.Egress).To).PodSelector));
        Assert.Equal("remoting", Assert.Single(between.Spec.Ingress[0].Ports).Port.Value);

        var management = Assert.Single(manifests.Get<V1NetworkPolicy>("management-from-operators").Spec.Ingress);
        Assert.Equal("management", Assert.Single(management.Ports).Port.Value);
        Assert.NotEmpty(Assert.Single(management.FromProperty).NamespaceSelector.MatchLabels);

        var database = manifests.Get<V1NetworkPolicy>("postgres");
        Assert.Equal(members, Chosen(manifests, database.Spec.PodSelector));
        Assert.Equal("5432", Assert.Single(Assert.Single(database.Spec.Egress).Ports).Port.Value);
        // A port that two policies let in from different places would be open to both: each is named by one policy alone.
        var open = manifests.All.OfType<V1NetworkPolicy>().SelectMany(p => p.Spec.Ingress ?? []).SelectMany(i => i.Ports).Select(p => p.Port.Value).ToArray();
        Assert.Equal(open.Distinct(), open);
    }

    [SkippableFact]
    public void The_trial_lets_members_and_nobody_else_into_its_database()
    {
        var manifests = Manifests.Of(Manifests.Trial);
        var database = manifests.StatefulSets.Single(s => s.Metadata.Name == "postgres");

        var into = manifests.Get<V1NetworkPolicy>("postgres-from-members");
        Assert.Equal([database], Chosen(manifests, into.Spec.PodSelector));
        Assert.Equal(manifests.Members, Chosen(manifests, Assert.Single(Assert.Single(into.Spec.Ingress).FromProperty).PodSelector));
        Assert.Equal([database], Chosen(manifests, Assert.Single(manifests.Get<V1NetworkPolicy>("postgres").Spec.Egress[0].To).PodSelector));
    }

    [SkippableFact]
    public void The_monitor_finds_each_member_once()
    {
        var manifests = Manifests.Of(Manifests.Production);
        var monitor = Assert.Single(manifests.All.OfType<ServiceMonitor>());
        var endpoint = Assert.Single(monitor.Spec.Endpoints);

        var services = manifests.All.OfType<V1Service>().Where(s => Matches(monitor.Spec.Selector, s.Metadata.Labels)).ToArray();

        Assert.Equal(["lighthouse", "node"], services.Select(s => s.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.All(services, s => Assert.Contains(s.Spec.Ports, p => p.Name == endpoint.Port));
        Assert.Equal("/metrics", endpoint.Path);
    }

    private static V1StatefulSet[] Chosen(Manifests manifests, V1LabelSelector selector) =>
        [.. manifests.StatefulSets.Where(s => Matches(selector, s.Spec.Template.Metadata.Labels))];

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value)
        && (selector.MatchExpressions ?? []).All(e => e.OperatorProperty == "In"
            ? labels.TryGetValue(e.Key, out var value) && e.Values.Contains(value)
            : throw new NotSupportedException($"This test does not know the operator {e.OperatorProperty}."));
}
