using System.Globalization;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>How long the source still keeps the oldest record that is not done.</summary>
/// <param name="RetentionMs">Of the source.</param>
/// <param name="LeftMs">All of the retention where everything is done; 0 or less where records are being given up.</param>
/// <param name="IsShort">It is time that a person looks.</param>
public sealed record RetentionLeft(long RetentionMs, long LeftMs, bool IsShort)
{
    private const double MsPerHour = 3_600_000;

    /// <summary>Of the oldest record that is not done; 0 where everything is.</summary>
    public long AgeMs => RetentionMs - LeftMs;

    /// <summary>In a sentence, empty where it is not short.</summary>
    public string Warning => IsShort switch
    {
        false => "",
        true when LeftMs <= 0 => string.Create(
            CultureInfo.InvariantCulture, $"Records that are not delivered are being given up: they are older than the source's retention of {RetentionMs / MsPerHour:0.##} h."),
        true => string.Create(
            CultureInfo.InvariantCulture, $"The oldest record that is not delivered is given up by the source in {LeftMs / MsPerHour:0.##} h: its retention is {RetentionMs / MsPerHour:0.##} h."),
    };
}
