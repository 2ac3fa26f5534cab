namespace ActorStreams.MultiNode.Tests;

/// <summary><c>./build.sh chaos</c>.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => Runs.ChaosCommand.RunAsync(args);
}
