using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>The images that the SDK makes, that the Dockerfile makes, and that the pods want are the same ones.</summary>
public sealed partial class ImageSpecs
{
    [SkippableTheory]
    [InlineData("Node", "node", "actorstreams.dll")]
    [InlineData("Lighthouse", "lighthouse", "lighthouse.dll")]
    public void An_image_has_the_name_the_user_and_the_ports_that_its_pods_count_on(string project, string set, string assembly)
    {
        var file = Path.Combine(Path.GetDirectoryName(Manifests.Folder)!, "src", project, $"ActorStreams.{project}.csproj");
        var image = JsonNode.Parse(Kubectl.Run(
            "dotnet", "msbuild", file, "-getProperty:ContainerRepository,ContainerImageTag,ContainerUser,AssemblyName", "-getItem:ContainerPort"))!;
        var properties = image["Properties"]!;
        var ports = image["Items"]!["ContainerPort"]!.AsArray().Select(p => (string)p!["Identity"]!).Order(StringComparer.Ordinal).ToArray();
        foreach (var overlay in (string[])[Manifests.Trial, Manifests.Production])
        {
            var pod = Manifests.Of(overlay).StatefulSets.Single(s => s.Metadata.Name == set).Spec.Template.Spec;
            Assert.Equal($"{properties["ContainerRepository"]}:{properties["ContainerImageTag"]}", pod.Containers.Single().Image);
            Assert.Equal((string?)properties["ContainerUser"], $"{pod.SecurityContext.RunAsUser}");
            Assert.Equal(ports, pod.Containers.Single().Ports.Select(p => $"{p.ContainerPort}").Order(StringComparer.Ordinal));
        }

        var stage = Stages().Matches(File.ReadAllText(Path.Combine(Path.GetDirectoryName(Manifests.Folder)!, "Dockerfile"))).Single(m => m.Groups["name"].Value == set).Value;
        Assert.Contains($"USER {properties["ContainerUser"]}\n", stage, StringComparison.Ordinal);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{assembly}\"]", stage, StringComparison.Ordinal);
        Assert.Equal($"{properties["AssemblyName"]}.dll", assembly);
        Assert.Equal(ports, Exposed().Match(stage).Groups[1].Value.Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_file_names_a_registry()
    {
        var files = Directory.EnumerateFiles(Manifests.Folder, "*", SearchOption.AllDirectories).Append(Path.Combine(Path.GetDirectoryName(Manifests.Folder)!, "Dockerfile"));

        Assert.All(files, f => Assert.DoesNotMatch(@"(?m)^\s*(image|newName|FROM):?\s+[\w-]+(\.[\w-]+)+[/:]", File.ReadAllText(f)));
    }

    [GeneratedRegex(@"FROM \S+ AS (?<name>\w+)\n(?:(?!FROM ).*\n?)*")]
    private static partial Regex Stages();

    [GeneratedRegex("EXPOSE (.*)")]
    private static partial Regex Exposed();
}
