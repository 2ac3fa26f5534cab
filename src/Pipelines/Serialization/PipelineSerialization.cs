using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using Akka.Configuration;
using Akka.Hosting;

namespace ActorStreams.Pipelines.Serialization;

/// <summary>Binds the serializer of this assembly, so that nothing of ours falls back to JSON.</summary>
public static class PipelineSerialization
{
    private const string Name = "actorstreams-pipelines";

    private static readonly Type[] s_bound =
    [
        typeof(ConsumerProtocol.IMessage), typeof(ConsumerEvents.IConsumerEvent), typeof(ConsumerSnapshot),
        typeof(ApplicationEvents.IApplicationEvent), typeof(ApplicationSnapshot), typeof(CoordinatorEvents.ICoordinatorEvent), typeof(CoordinatorProtocol.IMessage),
    ];

    /// <summary>Serializer and bindings alone; for systems that are not built with Akka.Hosting.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers { {{Name}} = "{{NameOf(typeof(PipelineSerializer))}}" }
          serialization-bindings { {{string.Join("\n", s_bound.Select(b => $"\"{NameOf(b)}\" = {Name}"))}} }
        }
        """);

    public static AkkaConfigurationBuilder WithPipelineSerialization(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(Config, HoconAddMode.Prepend);

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
