using ActorStreams.Pipelines.Firehose.Destinations;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>How the objects of a delivery stream are loaded.</summary>
/// <param name="Retry">How long an object is tried again before it is left for a person.</param>
/// <param name="KeepsObjects">
/// The objects lie at the destination's bucket, so that one that could not be loaded is named in a manifest; otherwise its records go to the error output.
/// </param>
public sealed record LoadPlan(IObjectLoader Loader, TimeSpan Retry, bool KeepsObjects)
{
    public RetryWindow Window(DateTimeOffset since) => new(since, Retry, RetryWindow.UsualDelays);
}
