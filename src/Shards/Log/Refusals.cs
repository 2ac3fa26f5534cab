using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>The refusing answer that each request of the protocol has.</summary>
internal static class Refusals
{
    public static object Of(IRequest request, AppendError error, string detail) => request switch
    {
        Append or TransferProtocol.OfferAppend => new AppendReply.Refused(error, detail),
        Attach => new AttachReply.Refused(error, detail),
        Close => new CloseReply.Refused(request.Shard, error, detail),
        Encrypt => new EncryptReply.Refused(request.Shard, error, detail),
        Open => new OpenReply.Refused(request.Shard, detail),
        End => new EndReply.Refused(request.Shard, detail),
        Read => new ReadReply.Refused(error, detail),
        Subscribe => new SubscribeReply.Refused(error, detail),
        Inspect => new InspectReply.Refused(error, detail),
        MeasureLoad => new LoadReply.Refused(error, detail),
        FindCalls => new FindCallsReply.Refused(error, detail),
        _ => new TrimReply.Refused(request.Shard, detail),
    };

    public static object? Of(CatalogueProtocol.IRequest request, string detail) => request switch
    {
        CatalogueProtocol.Create => new CatalogueProtocol.CreateReply.Unavailable(detail),
        CatalogueProtocol.Delete => new CatalogueProtocol.DeleteReply.Unavailable(detail),
        CatalogueProtocol.Lookup or CatalogueProtocol.Wake => new CatalogueProtocol.LookupReply.Unavailable(detail),
        CatalogueProtocol.DescribeRegion => new CatalogueProtocol.RegionReply.Unavailable(detail),
        CatalogueProtocol.List => new CatalogueProtocol.ListReply.Unavailable(detail),
        _ => null,
    };
}
