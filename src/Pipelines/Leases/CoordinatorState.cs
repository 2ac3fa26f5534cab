using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;

namespace ActorStreams.Pipelines.Leases;

/// <summary>What was started and stopped at run time. Pure.</summary>
public sealed record CoordinatorState
{
    public static readonly CoordinatorState New = new();

    /// <summary>By name; null stands for one that was stopped.</summary>
    public ImmutableSortedDictionary<string, ApplicationDefinition?> Told { get; init; } =
        ImmutableSortedDictionary.Create<string, ApplicationDefinition?>(StringComparer.Ordinal);

    public CoordinatorState Apply(ICoordinatorEvent e) => e switch
    {
        ApplicationAdded added => this with { Told = Told.SetItem(added.Definition.Name, added.Definition) },
        ApplicationRemoved removed => this with { Told = Told.SetItem(removed.Name, null) },
        CoordinatorTookOver => this,
        _ => throw new InvalidOperationException($"The coordinator does not know the event {e.GetType()}."),
    };

    /// <summary>What should run: the settings, and over them what was told at run time.</summary>
    public IEnumerable<ApplicationDefinition> Effective(IEnumerable<ApplicationDefinition> settings) =>
        settings.Where(d => !Told.ContainsKey(d.Name)).Concat(Told.Values.OfType<ApplicationDefinition>());
}
