using Akka.Actor;

namespace ActorStreams.Pipelines.Tests.Fakes;

public static class ActorExtensions
{
    /// <summary>Waits until an actor has done all that it was told before, so that whatever it tells for it is told.</summary>
    public static Task HasDoneAllAsync(this IActorRef actor) => actor.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromSeconds(15));
}
