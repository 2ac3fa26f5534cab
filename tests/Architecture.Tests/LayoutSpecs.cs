using System.Text.RegularExpressions;

namespace ActorStreams.Architecture.Tests;

/// <summary>What a reader may rely on when looking for something in the tree.</summary>
public partial class LayoutSpecs
{
    private static readonly string[] s_catchAlls = ["Helpers", "Helper", "Utils", "Util", "Utilities", "Common", "Misc"];

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("examples")]
    public void The_namespace_is_the_folder(string folder)
    {
        var wrong =
            from path in Repository.SourcesUnder(folder)
            let match = NamespaceLine().Match(Repository.Read(path))
            where match.Success && match.Groups[1].Value != NamespaceOf(path)
            select $"{path} says {match.Groups[1].Value}, its folder says {NamespaceOf(path)}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_folder_and_no_file_is_a_catch_all()
    {
        var catchAlls =
            from path in (string[])[.. Repository.SourcesUnder("src"), .. Repository.SourcesUnder("tests"), .. Repository.SourcesUnder("examples")]
            where path.Split('/').Any(part => s_catchAlls.Contains(Path.GetFileNameWithoutExtension(part)))
            select path;

        Assert.Empty(catchAlls);
    }

    [Fact]
    public void The_first_two_commands_of_the_readme_are_verbs_of_both_build_scripts()
    {
        var verbs = ReadmeCommand().Matches(Repository.Read("README.md")).Take(2).Select(m => m.Groups[1].Value).ToArray();

        Assert.Equal(["demo", "test"], verbs);
        Assert.All(verbs, verb => Assert.Matches($@"(?m)^  {verb}\)", Repository.Read("build.sh")));
        Assert.All(verbs, verb => Assert.Contains($"'{verb}' {{", Repository.Read("build.ps1"), StringComparison.Ordinal));
    }

    /// <summary>The project's name, which is the root namespace, and the folders below it.</summary>
    private static string NamespaceOf(string path)
    {
        var folders = path.Split('/')[..^1];
        for (var depth = folders.Length; depth > 0; depth--)
        {
            var project = Directory.GetFiles(Path.Combine([Repository.Root, .. folders[..depth]]), "*.csproj").SingleOrDefault();
            if (project is not null) return string.Join('.', folders[depth..].Prepend(Path.GetFileNameWithoutExtension(project)));
        }
        throw new FileNotFoundException($"{path} belongs to no project.");
    }

    [GeneratedRegex(@"(?m)^namespace ([\w.]+);?\r?$")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?m)^\s*\./build\.sh (\w+)")]
    private static partial Regex ReadmeCommand();
}
