using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Where the records of a delivery stream are kept as they came, besides what becomes of them.</summary>
/// <param name="Names">Without partitions.</param>
/// <param name="ObjectBytesMax">Bytes of records, before compression, of one object; a batch has as many objects as that makes.</param>
public sealed record BackupPlan(IObjectStore Store, ObjectNaming Names, IObjectFormat Format, long ObjectBytesMax);
