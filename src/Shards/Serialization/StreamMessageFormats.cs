using ActorStreams.Shards.Serialization.Proto;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Serialization;

/// <summary>A stream's actor, asked and answering.</summary>
internal static class StreamMessageFormats
{
    public static ManifestTable.Builder AddStreamMessages(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamMessages.Create,
            q => new StreamCreateRequest
            {
                Stream = q.Stream.ToProto(),
                Name = q.Name,
                Shards = q.Shards,
                Mode = q.Configuration.Mode.ToProto(),
                CreatedAtMs = q.CreatedAtMs,
                Configuration = StreamValues.BeyondMode(q.Configuration),
            },
            StreamCreateRequest.Parser,
            m => new Create(m.Stream.ToKey(), m.Name, m.Shards, StreamValues.Configuration(m.Configuration, m.Mode), m.CreatedAtMs))
        .Add(Manifests.StreamMessages.Delete, q => new StreamDeleteRequest { Stream = q.Stream.ToProto() },
            StreamDeleteRequest.Parser, m => new Delete(m.Stream.ToKey()))
        .Add(Manifests.StreamMessages.Wake, q => new StreamWakeRequest { Stream = q.Stream.ToProto() },
            StreamWakeRequest.Parser, m => new Wake(m.Stream.ToKey()))
        .Add(Manifests.StreamMessages.Describe, q => new StreamDescribeRequest { Stream = q.Stream.ToProto() },
            StreamDescribeRequest.Parser, m => new Describe(m.Stream.ToKey()))
        .Add(Manifests.StreamMessages.Described, r => r.Stream.ToProto(),
            StreamDescribedReply.Parser, m => new DescribeReply.Found(m.ToDescription()))
        .Add(Manifests.StreamMessages.DescribeNotFound, r => new StreamDescribeNotFoundReply { Stream = r.Stream.ToProto() },
            StreamDescribeNotFoundReply.Parser, m => new DescribeReply.NotFound(m.Stream.ToKey()))
        .Add(Manifests.StreamMessages.DescribeUnavailable, r => new StreamDescribeUnavailableReply { Detail = r.Detail },
            StreamDescribeUnavailableReply.Parser, m => new DescribeReply.Unavailable(m.Detail))
        .AddStreamChanges();
}
