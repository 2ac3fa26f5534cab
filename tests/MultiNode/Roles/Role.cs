using System.Collections.Immutable;

namespace ActorStreams.MultiNode.Tests.Roles;

/// <summary>A part in a play of several nodes; Akka's multi-node tests know it as RoleName.</summary>
public sealed record Role(string Name)
{
    public override string ToString() => Name;
}

/// <summary>Names the parts of a spec. Each is played by a node of its own, in the order in which they are named.</summary>
public abstract class MultiNodeConfig
{
    private readonly List<Role> _roles = [];

    public ImmutableArray<Role> Roles => [.. _roles];

    protected Role Role(string name)
    {
        var role = new Role(name);
        _roles.Add(role);
        return role;
    }
}

public sealed class TwoNodes : MultiNodeConfig
{
    public TwoNodes() => (First, Second) = (Role("first"), Role("second"));

    public Role First { get; }

    public Role Second { get; }
}

public sealed class ThreeNodes : MultiNodeConfig
{
    public ThreeNodes() => (First, Second, Third) = (Role("first"), Role("second"), Role("third"));

    public Role First { get; }

    public Role Second { get; }

    public Role Third { get; }
}

public sealed class FiveNodes : MultiNodeConfig
{
    public FiveNodes() =>
        (First, Second, Third, Fourth, Fifth) = (Role("first"), Role("second"), Role("third"), Role("fourth"), Role("fifth"));

    public Role First { get; }

    public Role Second { get; }

    public Role Third { get; }

    public Role Fourth { get; }

    public Role Fifth { get; }
}
