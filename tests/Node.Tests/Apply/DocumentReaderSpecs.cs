using ActorStreams.Node.Apply;

namespace ActorStreams.Node.Tests.Apply;

/// <summary>What files say, and what is wrong with them before a node is asked.</summary>
public sealed class DocumentReaderSpecs
{
    [Fact]
    public void Documents_of_several_files_are_read_streams_first()
    {
        var (resources, errors) = Read(
            ("a.yaml", "kind: DeliveryStream\nname: d\nsource: s\n---\n# nothing\n---\nkind: Stream\nname: s\n"), ("b.yaml", "---\nkind: Stream\nname: t\n...\n"));

        Assert.Empty(errors);
        Assert.Equal(["Stream s", "Stream t", "DeliveryStream d"], resources.Select(r => r.Title));
        Assert.Equal(("a.yaml", 7), (resources[0].Document.File, resources[0].Document.Line));
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("-5", "-5")]
    [InlineData("0.5", "0.5")]
    [InlineData("true", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("~", "null")]
    [InlineData("'5'", "\"5\"")]
    [InlineData("!!str 5", "\"5\"")]
    [InlineData("|\n    5\n", "\"5\\n\"")]
    [InlineData("!{timestamp:yyyy}/", "\"!{timestamp:yyyy}/\"")]
    [InlineData("[a, {b: 1}]", "[\"a\",{\"b\":1}]")]
    [InlineData("${FIVE}", "\"5\"")]
    [InlineData("a${FIVE}b$${FIVE}", "\"a5b${FIVE}\"")]
    public void Values_are_those_of_the_core_schema_and_of_the_environment(string yaml, string json)
    {
        // A tag would otherwise begin there.
        var quoted = yaml.StartsWith("!{", StringComparison.Ordinal) ? $"'{yaml}'" : yaml;

        var (resources, errors) = Read(("f", $"kind: Stream\nname: s\ntags:\n  a: {quoted}"));

        Assert.Empty(errors);
        Assert.Equal(json, resources[0].Document.Root["tags"]!["a"]?.ToJsonString() ?? "null", StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("kind: }", "f:1: is not YAML: ")]
    [InlineData("kind: Stream\nname: s\n\tshardCount: 1", "f:2: is not YAML: ")]
    [InlineData("kind: Stream\nname: *n", "f:2: is not YAML: no anchor &n stands above.")]
    [InlineData("? [a]\n: b", "f:1: is not YAML: a key is wanted that is a text.")]
    [InlineData("- 1", "f:1: is no document of names and values; it takes kind, name and what belongs to the kind.")]
    [InlineData("name: s", "f:1: s: kind: is missing; allowed are Stream and DeliveryStream.")]
    [InlineData("\nkind: Table\nname: s", "f:2: Table s: kind: is \"Table\"; allowed are Stream and DeliveryStream.")]
    [InlineData("kind: Stream", "f:1: Stream: name: is missing or no text; a number takes quotes to be a text.")]
    [InlineData("kind: Stream\nname: 5", "f:2: Stream 5: name: is missing or no text; a number takes quotes to be a text.")]
    [InlineData("kind: Stream\nname: s\n\nshards: 1", "f:4: Stream s: shards: is not known; known are kind, name, shardCount, mode, retentionHours, encryptionKey, tags.")]
    [InlineData("kind: DeliveryStream\nname: s\nshards: 1", "f:3: DeliveryStream s: shards: is not known; known are kind, name, source, destination, encryption, tags.")]
    [InlineData("kind: Stream\nname: s\nname: t", "f:3: the key name stands here again; first it stands in line 2.")]
    [InlineData("kind: Stream\nname: !Ref s", "f:2: has the tag !Ref; tags have no meaning here, remove it.")]
    [InlineData("kind: Stream\nname: s\ntags:\n  a: x${NONE}", "f:4: Stream s: tags.a: is ${NONE}, and the environment has no NONE; set it.")]
    [InlineData("kind: Stream\nname: s\n---\nkind: Stream\nname: s", "f:5: Stream s: name: stands there before, in f:1; a name is described once.")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string error) =>
        Assert.StartsWith(error, Assert.Single(Read(("f", yaml)).Errors), StringComparison.Ordinal);

    [Fact]
    public void What_is_wrong_is_said_at_once()
    {
        var (_, errors) = Read(("f", "kind: Stream\nname: s\nshard: 1\ncount: 2\n---\nname: s\n---\nkind: Stream\nname: ${NONE}${NEITHER}"), ("g", "kind: Stream\nname: s"), ("h", "}"));

        Assert.Equal(["f:3", "f:4", "f:6", "f:9", "f:9", "g:2", "h:1"], errors.Select(e => string.Join(':', e.Split(':').Take(2))));
    }

    [Fact]
    public void Aliases_are_values_and_do_not_explode()
    {
        var (resources, errors) = Read(("f", "kind: Stream\nname: s\ntags: &t {a: b}\n---\nkind: Stream\nname: t\ntags:\n  a: &v c\n  b: *v\n"));
        Assert.Empty(errors);
        Assert.Equal("""{"a":"c","b":"c"}""", resources[1].Document.Root["tags"]!.ToJsonString());

        var lines = string.Concat(Enumerable.Range(1, 12).Select(i => $"l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));
        Assert.Equal("f:1: has more than 100000 values with what its aliases stand for.", Assert.Single(Read(("f", $"l0: &l0 x\n{lines}")).Errors));
        Assert.Contains("more in each other than 64 deep", Assert.Single(Read(("f", new string('[', 5_000))).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_its_yaml_files_in_order_and_a_dash_the_standard_input()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["b.yml", "a.yaml", "c.json", "README.md"]) folder.File(name, name);
        Directory.CreateDirectory(folder.Folder("d.yaml"));

        Assert.Equal(["a.yaml", "b.yml"], ApplyFiles.Open(folder.Path, TextReader.Null).Select(f => f.Text.ReadToEnd()));
        Assert.Equal(("-", "in"), ApplyFiles.Open("-", new StringReader("in")).Select(f => (f.Name, f.Text.ReadToEnd())).Single());
    }

    private static (IReadOnlyList<ApplyResource> Resources, List<string> Errors) Read(params (string Name, string Yaml)[] files)
    {
        var errors = new List<ApplyError>();
        var environment = new EnvironmentValues(name => name == "FIVE" ? "5" : null);
        var resources = new DocumentReader(environment, errors).Read(files.Select(f => (f.Name, (TextReader)new StringReader(f.Yaml))));
        return (resources, errors.ConvertAll(e => e.ToString()));
    }
}
