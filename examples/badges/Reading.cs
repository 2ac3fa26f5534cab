using System.Globalization;
using System.Text;

namespace ActorStreams.Examples.Badges;

/// <summary>A badge that was seen at a gate.</summary>
/// <param name="Id">From 1; no other reading has it.</param>
/// <param name="Zone">Where the gate leads.</param>
public readonly record struct Reading(long Id, DateTimeOffset At, int Badge, string Gate, string Zone, bool IsEntry)
{
    /// <summary>As a line of the log, about 110 bytes with its newline.</summary>
    public void AppendTo(StringBuilder log) => log.Append(
        CultureInfo.InvariantCulture,
        $$"""{"id":{{Id}},"at":"{{At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}","badge":{{Badge}},"gate":"{{Gate}}","zone":"{{Zone}}","way":"{{(IsEntry ? "in" : "out")}}"}""").Append('\n');
}
