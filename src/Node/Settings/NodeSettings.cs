using System.Collections.Immutable;
using ActorStreams.Clustering;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Management;
using ActorStreams.Node.Auditing;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;

namespace ActorStreams.Node.Settings;

/// <summary>Every setting of a node, bound and checked; <see cref="NodeSettingsReader"/> makes it.</summary>
internal sealed record NodeSettings
{
    public StoreOptions Store { get; init; } = new();
    public ShardOptions Shards { get; init; } = new();
    public EncryptionOptions Encryption { get; init; } = new();
    public GatewayOptions Gateway { get; init; } = new();
    public ManagementOptions Management { get; init; } = new();
    public TelemetryOptions Telemetry { get; init; } = new();
    public ClusterOptions Cluster { get; init; } = new();
    public AuditOptions Audit { get; init; } = new();
    public FirehoseOptions Firehose { get; init; } = new();
    public LogOptions Log { get; init; } = new();

    /// <summary>In order of their names, as they stand below <c>ActorStreams:Pipelines</c>.</summary>
    public ImmutableArray<PipelineDefinition> Pipelines { get; init; } = [];
}
