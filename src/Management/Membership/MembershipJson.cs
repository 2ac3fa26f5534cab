using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorStreams.Management.Membership;

/// <param name="Oldest">The member that was up first, where singletons live; null while nobody is.</param>
internal sealed record MembersAnswer(
    string SelfNode,
    string? Leader,
    string? Oldest,
    ImmutableSortedDictionary<string, string> OldestPerRole,
    ImmutableArray<MemberAnswer> Members,
    ImmutableArray<UnreachableAnswer> Unreachable);

internal sealed record MemberAnswer(string Node, string NodeUid, string Status, ImmutableArray<string> Roles);

internal sealed record UnreachableAnswer(string Node, ImmutableArray<string> ObservedBy);

internal sealed record SeedNodesAnswer(string SelfNode, ImmutableArray<SeedNodeAnswer> SeedNodes);

internal sealed record SeedNodeAnswer(string Node, long NodeUid, ImmutableArray<string> Roles, string Status);

/// <summary>Akka.Management's shape: its shards are our buckets.</summary>
internal sealed record RegionAnswer(ImmutableArray<RegionBucketAnswer> Regions);

internal sealed record RegionBucketAnswer(string ShardId, int NumEntities);

internal sealed record ShardingAnswer(ImmutableArray<TypeAnswer> Types);

/// <param name="Unavailable">Why no regions are told; null where they are.</param>
internal sealed record TypeAnswer(string Type, ImmutableArray<TypeRegionAnswer> Regions, string? Unavailable);

internal sealed record TypeRegionAnswer(string Node, ImmutableArray<BucketAnswer> Buckets, int Entities);

internal sealed record BucketAnswer(string Bucket, int Entities);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(MembersAnswer))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(SeedNodesAnswer))]
[JsonSerializable(typeof(RegionAnswer))]
[JsonSerializable(typeof(ShardingAnswer))]
internal sealed partial class MembershipJson : JsonSerializerContext;
