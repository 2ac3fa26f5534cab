using System.Reflection;

namespace ActorStreams.Architecture.Tests;

/// <summary>Node knows Gateway, Pipelines and Management; they know Shards; never the other way.</summary>
public class DependencySpecs
{
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "ActorStreams.Shards", [] },
        { "ActorStreams.Gateway", ["ActorStreams.Shards"] },
        { "ActorStreams.Pipelines", ["ActorStreams.Shards"] },
        // The agent is a client: of the gateway it takes the signing of requests.
        { "ActorStreams.Agent", ["ActorStreams.Shards", "ActorStreams.Gateway"] },
        { "ActorStreams.Management", ["ActorStreams.Shards", "ActorStreams.Pipelines"] },
        { "ActorStreams.Clustering", ["ActorStreams.Shards"] },
        { "ActorStreams.Hosting", ["ActorStreams.Shards"] },
        { "lighthouse", ["ActorStreams.Shards", "ActorStreams.Management", "ActorStreams.Clustering", "ActorStreams.Hosting"] },
        { "pbm", [] },
        {
            "actorstreams",
            [
                "ActorStreams.Shards", "ActorStreams.Gateway", "ActorStreams.Pipelines", "ActorStreams.Management", "ActorStreams.Clustering", "ActorStreams.Hosting",
                "ActorStreams.Agent",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void An_assembly_knows_only_those_below_it(string assembly, string[] allowed)
    {
        var own = Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => name.StartsWith("ActorStreams", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(own.Except(allowed));
    }

    [Fact]
    public void Shards_know_nothing_of_http()
    {
        var http = Assembly.Load("ActorStreams.Shards").GetReferencedAssemblies().Select(a => a.Name!).Where(IsHttp);

        Assert.Empty(http);
    }

    [Fact]
    public void Protocols_events_and_states_hold_no_type_of_akka_or_http()
    {
        var foreign =
            from assembly in new[] { "ActorStreams.Shards", "ActorStreams.Pipelines", "ActorStreams.Gateway", "ActorStreams.Management" }
            from type in Assembly.Load(assembly).GetTypes()
            where IsPure(Outermost(type).Name)
            from used in TypesOf(type)
            where used.Namespace is { } space && (IsUnder(space, "Akka") || IsHttp(space))
            select $"{type.FullName} uses {used.FullName}";

        Assert.Empty(foreign.Distinct());
    }

    [Fact]
    public void Files_of_protocols_events_and_states_name_neither_akka_nor_http()
    {
        var foreign =
            from path in Repository.SourcesUnder("src")
            where IsPure(Path.GetFileNameWithoutExtension(path))
            from line in Repository.Read(path).Split('\n')
            where line.StartsWith("using ", StringComparison.Ordinal)
            let space = line["using ".Length..].Replace("static ", "", StringComparison.Ordinal).TrimEnd(';', '\r')
            where IsUnder(space, "Akka") || IsHttp(space)
            select $"{path}: {line}";

        Assert.Empty(foreign);
    }

    private static bool IsPure(string name) =>
        name.EndsWith("Protocol", StringComparison.Ordinal) || name.EndsWith("Events", StringComparison.Ordinal) || name.EndsWith("State", StringComparison.Ordinal);

    private static bool IsHttp(string name) => IsUnder(name, "Microsoft.AspNetCore") || IsUnder(name, "System.Net.Http");

    private static bool IsUnder(string name, string space) => name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> TypesOf(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var direct = type.GetInterfaces()
            .Concat(type.BaseType is { } parent ? [parent] : [])
            .Concat(type.GetFields(all).Select(f => f.FieldType))
            .Concat(type.GetMethods(all).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)))
            .Concat(type.GetConstructors(all).SelectMany(c => c.GetParameters().Select(p => p.ParameterType)));
        return direct.SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
}
