using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>
/// Bytes that were ever shipped stay readable. A file of <c>Golden/</c> is never changed: a type that is written otherwise gets a
/// new manifest and a new file, and the old file keeps its test.
/// </summary>
public sealed class GoldenSpecs(SerializingSystem system) : IClassFixture<SerializingSystem>
{
    public static TheoryData<string> SampleNames => [.. Samples.All.Select(NameOf)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    [Fact]
    public void Every_type_that_is_stored_or_sent_has_a_sample() =>
        Assert.Equal(WireTypes.All.Select(t => t.FullName).Order(), Samples.All.Select(s => s.GetType().FullName).Order());

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void The_sample_is_written_and_read_as_its_golden_file_says(string name)
    {
        var sample = Samples.All.Single(s => NameOf(s) == name);
        var manifest = system.ManifestOf(sample);
        var written = Convert.ToHexStringLower(system.Write(sample));
        var file = Path.Combine(Folder, manifest + ".hex");

        Assert.True(File.Exists(file), $"tests/Shards.Tests/Golden/{manifest}.hex is missing. Its bytes would now be:\n{written}");
        var golden = BytesOf(file);

        Assert.Equal(Convert.ToHexStringLower(golden), written);
        Assert.Equal(ValueText.Of(sample), ValueText.Of(system.Read(golden, system.SerializerOf(sample.GetType()).Identifier, manifest)));
    }

    [Theory]
    [InlineData("RA1-calls")]
    [InlineData("QA1-calls")]
    public void Another_form_of_a_type_is_written_and_read_as_its_golden_file_says(string name)
    {
        var sample = Samples.OtherForms[name];
        var manifest = system.ManifestOf(sample);
        var written = Convert.ToHexStringLower(system.Write(sample));
        var file = Path.Combine(Folder, name + ".hex");

        Assert.StartsWith(manifest, name);
        Assert.True(File.Exists(file), $"tests/Shards.Tests/Golden/{name}.hex is missing. Its bytes would now be:\n{written}");
        var golden = BytesOf(file);

        Assert.Equal(Convert.ToHexStringLower(golden), written);
        Assert.Equal(ValueText.Of(sample), ValueText.Of(system.Read(golden, system.SerializerOf(sample.GetType()).Identifier, manifest)));
    }

    /// <summary>The same manifest with a flag, for a shard that is encrypted.</summary>
    [Fact]
    public void A_sealed_batch_is_written_and_opened_as_its_golden_file_says()
    {
        var golden = BytesOf(Path.Combine(Folder, "RA1-sealed.hex"));
        using var opener = new BatchOpener(Samples.Keys, Samples.SealedBatchOf);

        Assert.Equal(Convert.ToHexStringLower(golden), Convert.ToHexStringLower(system.Write(new ShardEvents.RecordsAppended(Samples.SealedBatch))));
        var read = ((ShardEvents.RecordsAppended)system.Read(golden, ShardSerializer.Id, "RA1")).Batch;
        Assert.Equal((false, "orders/2026", golden.Length), (read.IsReadable, read.KeyName, read.StoredBytes));
        Assert.Equal(Samples.Batch.Advances(), read.Advances());
        Assert.Equal(Convert.ToHexString(Samples.Batch.Encoded.Span), Convert.ToHexString(opener.Open(read, out _)!.Encoded.Span));
    }

    [Fact]
    public void Every_golden_file_is_of_a_manifest_that_is_still_read()
    {
        var known = system.Serializers.SelectMany(s => s.Table.Manifests).ToHashSet();

        Assert.All(Directory.EnumerateFiles(Folder, "*.hex"), file => Assert.Contains(Path.GetFileNameWithoutExtension(file).Split('-')[0], known));
    }

    [Fact]
    public void Every_manifest_has_a_golden_file_and_belongs_to_one_serializer()
    {
        var manifests = system.Serializers.SelectMany(s => s.Table.Manifests).ToList();

        Assert.Equal(manifests.Distinct(), manifests);
        Assert.All(manifests, manifest => Assert.Matches("^[A-Z]{2}[1-9]$", manifest));
        Assert.All(manifests, manifest => Assert.True(File.Exists(Path.Combine(Folder, manifest + ".hex")), $"{manifest}.hex is missing."));
    }

    [Fact]
    public void Every_manifest_is_told_in_the_document()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "ActorStreams.sln")))
            root = root.Parent ?? throw new InvalidOperationException($"No repository lies above {AppContext.BaseDirectory}.");
        var document = File.ReadAllText(Path.Combine(root.FullName, "docs", "formats", "journal.md"));

        Assert.All(system.Serializers, serializer => Assert.Contains($"| {serializer.Identifier} |", document));
        Assert.All(system.Serializers.SelectMany(s => s.Table.Manifests), manifest => Assert.Contains($"`{manifest}`", document));
    }

    [Fact]
    public void Identifiers_are_the_ones_that_stand_in_journals()
    {
        Assert.Equal([481, 482], system.Serializers.Select(s => s.Identifier));
        Assert.Equal((481, 482), (ShardSerializer.Id, StreamSerializer.Id));
        Assert.Equal("RA1", system.ManifestOf(new ShardEvents.RecordsAppended(Samples.Batch)));
    }

    private static string NameOf(object sample) => sample.GetType().FullName![(sample.GetType().Namespace!.Length + 1)..];

    // Lines that begin with # say what the bytes below them are.
    private static byte[] BytesOf(string file) =>
        Convert.FromHexString(string.Concat(File.ReadLines(file).Where(line => !line.StartsWith('#')).Select(line => line.Replace(" ", ""))));
}
