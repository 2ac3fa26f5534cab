using System.Text.Json;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Pipelines.Tests.Fakes;
using Akka.Actor;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Serialization;

/// <summary>
/// Bytes that were ever shipped stay readable. A file of <c>Golden/</c> is never changed: a type that is written otherwise gets a
/// new manifest and a new file, and the old file keeps its test.
/// </summary>
public sealed class SerializerSpecs : IAsyncLifetime
{
    private static readonly Type[] s_markers =
    [
        typeof(ConsumerProtocol.IMessage), typeof(ConsumerEvents.IConsumerEvent), typeof(ApplicationEvents.IApplicationEvent),
        typeof(CoordinatorEvents.ICoordinatorEvent), typeof(CoordinatorProtocol.IMessage),
    ];

    private readonly ActorSystem _system = ActorSystem.Create("pipeline-serialization", PipelineSystem.Config);

    public static TheoryData<string> SampleNames => [.. Samples.All.Select(NameOf)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private PipelineSerializer Serializer => (PipelineSerializer)_system.Serialization.FindSerializerForType(typeof(ConsumerProtocol.Drain));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void Every_type_that_is_stored_or_sent_has_a_sample_a_manifest_and_our_serializer()
    {
        var wire = typeof(PipelineSerializer).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false, IsInterface: false } && s_markers.Any(m => m.IsAssignableFrom(t)))
            .Append(typeof(ConsumerSnapshot)).Append(typeof(ApplicationSnapshot))
            .ToList();

        Assert.Equal(wire.Select(NameOf).Order(), Samples.All.Select(NameOf).Order());
        Assert.Equal(wire.Select(NameOf).Order(), PipelineSerializer.WrittenTypes.Select(NameOf).Order());
        Assert.All(wire, type => Assert.Same(Serializer, _system.Serialization.FindSerializerForType(type)));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void The_sample_is_written_and_read_as_its_golden_file_says(string name)
    {
        var sample = Samples.All.Single(s => NameOf(s) == name);
        AssertGolden(sample, Serializer.Manifest(sample));
    }

    [Fact]
    public void Fields_that_came_later_are_written_and_read_as_their_golden_files_say() =>
        Assert.All(Samples.WithLaterFields, later => AssertGolden(later.Sample, FileOf(later)));

    [Fact]
    public void Every_manifest_has_a_golden_file_and_every_file_a_sample() => Assert.Equal(
        PipelineSerializer.ReadManifests.Concat(Samples.WithLaterFields.Select(FileOf)).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Folder, "*.hex").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_identifier_is_the_one_that_stands_in_journals() => Assert.Equal(491, Serializer.Identifier);

    [Property(MaxTest = 300)]
    public void Arbitrary_bytes_are_refused_in_words_or_read(byte[] bytes)
    {
        foreach (var manifest in PipelineSerializer.ReadManifests)
        {
            try
            {
                Serializer.FromBinary(bytes, manifest);
            }
            catch (System.Runtime.Serialization.SerializationException)
            {
                // Refused in words.
            }
        }
    }

    private void AssertGolden(object sample, string name)
    {
        var written = Convert.ToHexStringLower(Serializer.ToBinary(sample));
        var file = Path.Combine(Folder, name + ".hex");

        Assert.True(File.Exists(file), $"tests/Pipelines.Tests/Golden/{name}.hex is missing. Its bytes would now be:\n{written}");
        var golden = string.Concat(File.ReadLines(file).Where(line => !line.StartsWith('#')));

        Assert.Equal(golden, written);
        var read = Serializer.FromBinary(Convert.FromHexString(golden), Serializer.Manifest(sample));
        Assert.IsType(sample.GetType(), read);
        Assert.Equal(JsonSerializer.Serialize(sample, sample.GetType()), JsonSerializer.Serialize(read, read.GetType()));
    }

    private string FileOf((string Name, object Sample) later) => $"{Serializer.Manifest(later.Sample)}-{later.Name}";

    private static string NameOf(object sample) => NameOf(sample.GetType());

    private static string NameOf(Type type) => type.FullName![(type.Namespace!.Length + 1)..];
}
