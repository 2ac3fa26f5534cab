using ActorStreams.Pipelines.Tests.Firehose.Destinations.Folders;

namespace ActorStreams.Pipelines.Tests;

/// <summary>A test project and a program in one: as a process of its own it does what a spec ends with a kill.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        [FolderPutProcess.Argument, .. var rest] => FolderPutProcess.RunAsync(rest),
        _ => throw new ArgumentException($"Run by specs alone, with '{FolderPutProcess.Argument}'."),
    };
}
