using System.Diagnostics;
using System.Security.Cryptography;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Destinations.Folders;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Folders;

/// <summary>A process that puts one object and kills itself, as kill -9 does, when it has reached a step.</summary>
internal static class FolderPutProcess
{
    public const string Argument = "folder-put";

    /// <summary>Whether it was killed; otherwise it came to the end of the put without that step.</summary>
    public static async Task<bool> PutUntilKilledAsync(FolderStoreOptions options, ObjectToPut item, FolderStep step)
    {
        var program = typeof(FolderPutProcess).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, Argument, options.Root, $"{options.ShareFiles}", item.Key, item.File, $"{step}"])
        {
            RedirectStandardError = true,
        })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        // 128 and the signal's number.
        return process.ExitCode switch
        {
            0 => false,
            137 => true,
            var code => throw new InvalidOperationException($"The process ended with {code}: {error}"),
        };
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var end = Enum.Parse<FolderStep>(args[4]);
        using var store = new FolderStore(new FolderStoreOptions(args[0]) { ShareFiles = bool.Parse(args[1]) }, step =>
        {
            if (step == end) Process.GetCurrentProcess().Kill();
            if (step == end) Thread.Sleep(Timeout.Infinite);
        });
        var bytes = await File.ReadAllBytesAsync(args[3]);
        await store.PutAsync(new ObjectToPut(args[2], args[3], bytes.Length, SHA256.HashData(bytes)), CancellationToken.None);
        return 0;
    }
}
