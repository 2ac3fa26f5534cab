namespace ActorStreams.Clustering.Members;

/// <summary>One incarnation of a member: where it is reached and the number that Akka gave this life of it.</summary>
public readonly record struct MemberId(string Address, long Uid);

/// <summary>A member as the store knows it.</summary>
/// <param name="Machine">Where it runs, by <see cref="Machine.Id"/>.</param>
/// <param name="Formation">Which cluster it belongs to, counted over this store; 0 while it does not know.</param>
public sealed record MemberRow(MemberId Id, string Machine, long Formation, TimeSpan SeenAgo);
