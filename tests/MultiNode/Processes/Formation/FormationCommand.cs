namespace ActorStreams.MultiNode.Tests.Processes.Formation;

/// <summary><c>./build.sh chaos --formation N</c>: N first formations from a seed on, and a seed restarted inside a partition.</summary>
internal static class FormationCommand
{
    public static async Task<int> RunAsync(int times, int firstSeed)
    {
        var failed = 0;
        for (var i = 0; i < times; i++) failed += Tell(await FormationTrial.FirstAsync(firstSeed + i));
        if (FormationTrial.MissingForPartitions is { } missing)
        {
            Console.WriteLine($"No seed was restarted inside a partition: that needs {missing}.");
        }
        else
        {
            foreach (var lighthouses in (int[])[0, 1, 2]) failed += Tell(await FormationTrial.RestartInsidePartitionAsync(lighthouses));
        }

        return failed == 0 ? 0 : 1;
    }

    private static int Tell(FormationSeen seen)
    {
        Console.WriteLine(seen);
        return seen.Violations.IsEmpty ? 0 : 1;
    }
}
