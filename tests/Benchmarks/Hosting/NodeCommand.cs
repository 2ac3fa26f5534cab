using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ActorStreams.Benchmarks.Hosting;

/// <summary>How to start a node: an executable, or a dll that <c>dotnet</c> runs, with access keys set so that signatures are really verified.</summary>
public sealed record NodeCommand(
    string Path, string AccessKey, string SecretKey, string? PostgresConnectionString, IReadOnlyDictionary<string, string> Environment)
{
    private const string BuiltNode = "src/Node/bin/Release/net10.0/actorstreams.dll";

    /// <summary>The node at <paramref name="path"/>, or the one of this repository, built first if it is not there.</summary>
    public static async Task<string> FindAsync(string? path)
    {
        if (path is not null)
            return File.Exists(path) ? path : throw new FileNotFoundException($"--node: there is no file {path}.");
        var root = RepositoryRoot();
        var built = System.IO.Path.Combine(root, BuiltNode);
        if (!File.Exists(built))
        {
            await Console.Error.WriteLineAsync("Building the node ...");
            using var build = Process.Start("dotnet", ["build", System.IO.Path.Combine(root, "src/Node"), "-c", "Release", "-v", "q"]);
            await build.WaitForExitAsync();
            if (build.ExitCode != 0 || !File.Exists(built))
                throw new InvalidOperationException($"The node did not build; {built} is missing.");
        }
        return built;
    }

    internal ProcessStartInfo StartInfo(string dataFolder, int port, int adminPort)
    {
        var isDll = Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isDll ? "dotnet" : Path) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (isDll)
            start.ArgumentList.Add(Path);
        foreach (var argument in (string[])["--data", dataFolder, "--port", $"{port}", "--admin-port", $"{adminPort}"])
            start.ArgumentList.Add(argument);
        if (PostgresConnectionString is not null)
        {
            start.ArgumentList.Add("--postgres");
            start.ArgumentList.Add(PostgresConnectionString);
        }
        start.Environment["ActorStreams__Gateway__AccessKeys__0__AccessKeyId"] = AccessKey;
        start.Environment["ActorStreams__Gateway__AccessKeys__0__SecretAccessKey"] = SecretKey;
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    private static string RepositoryRoot([CallerFilePath] string thisFile = "")
    {
        for (var folder = System.IO.Path.GetDirectoryName(thisFile); folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "ActorStreams.sln")))
                return folder;
        }
        throw new DirectoryNotFoundException($"No ActorStreams.sln above {thisFile}; name the node with --node.");
    }
}
