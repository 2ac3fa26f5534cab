using System.Collections.Immutable;

namespace ActorStreams.Node.Demo;

/// <summary>What the demo found when it looked at everything once more at its end.</summary>
/// <param name="Acknowledged">Records that the service acknowledged.</param>
/// <param name="Missing">Of these, the ones that were not there when the stream was read from its start.</param>
/// <param name="Repeated">Records there more than once under one sequence number, or there though never put.</param>
/// <param name="Expected">Alerts that a detector fed with the stream, here and now, gives.</param>
/// <param name="LostAlerts">Of these, the ones that the pipeline did not give.</param>
/// <param name="SurplusAlerts">Alerts given twice, or given without cause.</param>
/// <param name="MarkedAlerts">Alerts for the marked spike; one is right.</param>
/// <param name="DeadLetters">Records that the pipeline could not read; none is right.</param>
internal sealed record DemoVerdict(
    long Acknowledged,
    int Missing,
    int Repeated,
    int Expected,
    int LostAlerts,
    int SurplusAlerts,
    int MarkedAlerts,
    long DeadLetters,
    ImmutableArray<AlertRecord> Alerts,
    ImmutableArray<string> NotOffered)
{
    public bool Passed =>
        Missing == 0 && Repeated == 0 && LostAlerts == 0 && SurplusAlerts == 0 && MarkedAlerts == 1 && DeadLetters == 0;
}
