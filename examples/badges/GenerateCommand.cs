using System.Globalization;

namespace ActorStreams.Examples.Badges;

/// <summary>Writes the log of a whole event, as fast as it goes.</summary>
/// <param name="Rotate">How it is rotated, one after the other.</param>
internal sealed record GenerateCommand(string Folder, string? ReportFile, int Seed, int Lines, int Rotations, int Hours, IReadOnlyList<Rotation> Rotate)
{
    private const int ChunkLines = 500;

    public int Run()
    {
        var log = new BadgeLog(Folder);
        // The first rotation comes when a share of the lines is there, and after the last one there is a share yet.
        var between = Math.Max(1, Lines / (Rotations + 1));
        foreach (var chunk in new Event(Seed, Lines, TimeSpan.FromHours(Hours)).All().Chunk(Math.Min(ChunkLines, between)))
        {
            log.Append(chunk);
            while (log.Rotations < Rotations && log.Lines >= (long)between * (log.Rotations + 1)) log.Rotate(Rotate[log.Rotations % Rotate.Count]);
        }
        if (ReportFile is not null) ZoneReport.Write(ReportFile, log.Report.Counts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Lines} lines with {log.Rotations} rotations in {Folder}"));
        return 0;
    }
}
