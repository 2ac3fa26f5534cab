using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Streams.CatalogueProtocol;

namespace ActorStreams.Shards.Serialization;

/// <summary>The catalogue of a region, asked and answering.</summary>
internal static class CatalogueMessageFormats
{
    public static ManifestTable.Builder AddCatalogueMessages(this ManifestTable.Builder table) => table
        .AddRequests()
        .AddNotices()
        .AddCreateAndDelete()
        .AddLookupAndList()
        .AddQuota();

    private static ManifestTable.Builder AddQuota(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueMessages.Reserve,
            q => new CatalogueReserveRequest { Region = q.Region, Incarnation = q.Incarnation.Value, Shards = q.Shards },
            CatalogueReserveRequest.Parser, m => new Reserve(m.Region, new Incarnation(m.Incarnation), m.Shards))
        .Add(Manifests.CatalogueReplies.Reserved, r => new CatalogueReservedReply { Incarnation = r.Incarnation.Value, Shards = r.Shards },
            CatalogueReservedReply.Parser, m => new ReserveReply.Reserved(new Incarnation(m.Incarnation), m.Shards))
        .Add(Manifests.CatalogueReplies.ReserveRefused,
            r => new CatalogueReserveRefusedReply { Incarnation = r.Incarnation.Value, Current = r.Current, Limit = r.Limit, Requested = r.Requested },
            CatalogueReserveRefusedReply.Parser, m => new ReserveReply.QuotaExceeded(new Incarnation(m.Incarnation), m.Current, m.Limit, m.Requested))
        .Add(Manifests.CatalogueMessages.DescribeRegion, q => new CatalogueDescribeRegionRequest { Region = q.Region },
            CatalogueDescribeRegionRequest.Parser, m => new DescribeRegion(m.Region))
        .Add(Manifests.CatalogueReplies.Region,
            r => new CatalogueRegionReply { OpenShards = r.OpenShards, ShardLimit = r.ShardLimit, OnDemandStreams = r.OnDemandStreams },
            CatalogueRegionReply.Parser, m => new RegionReply.Found(m.OpenShards, m.ShardLimit, m.OnDemandStreams))
        .Add(Manifests.CatalogueReplies.RegionUnavailable, r => new CatalogueRegionUnavailableReply { Detail = r.Detail },
            CatalogueRegionUnavailableReply.Parser, m => new RegionReply.Unavailable(m.Detail));

    private static ManifestTable.Builder AddRequests(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueMessages.Create,
            q => new CatalogueCreateRequest { Region = q.Region, Name = q.Name, Shards = q.Shards, Mode = q.Configuration.Mode.ToProto(), Configuration = StreamValues.BeyondMode(q.Configuration) },
            CatalogueCreateRequest.Parser, m => new Create(m.Region, m.Name, m.Shards, StreamValues.Configuration(m.Configuration, m.Mode)))
        .Add(Manifests.CatalogueMessages.Delete, q => new CatalogueDeleteRequest { Region = q.Region, Name = q.Name },
            CatalogueDeleteRequest.Parser, m => new Delete(m.Region, m.Name))
        .Add(Manifests.CatalogueMessages.Lookup, q => new CatalogueLookupRequest { Region = q.Region, Name = q.Name },
            CatalogueLookupRequest.Parser, m => new Lookup(m.Region, m.Name))
        .Add(Manifests.CatalogueMessages.List, ToProto, CatalogueListRequest.Parser,
            m => new List(m.Region, m.HasExclusiveStart ? m.ExclusiveStart : null, m.Limit));

    private static ManifestTable.Builder AddNotices(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueMessages.StreamReady,
            q => new CatalogueStreamReadyRequest { Region = q.Region, Incarnation = q.Incarnation.Value, Counts = q.Counts?.ToProto() },
            CatalogueStreamReadyRequest.Parser, m => new StreamReady(m.Region, new Incarnation(m.Incarnation), m.Counts?.ToCounts()))
        .Add(Manifests.CatalogueMessages.StreamGone,
            q => new CatalogueStreamGoneRequest { Region = q.Region, Incarnation = q.Incarnation.Value },
            CatalogueStreamGoneRequest.Parser, m => new StreamGone(m.Region, new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueMessages.Noted,
            r => new CatalogueNotedReply { Region = r.Region, Incarnation = r.Incarnation.Value, Counts = r.Counts?.ToProto() },
            CatalogueNotedReply.Parser, m => new Noted(m.Region, new Incarnation(m.Incarnation), m.Counts?.ToCounts()))
        .Add(Manifests.CatalogueMessages.Wake, q => new CatalogueWakeRequest { Region = q.Region },
            CatalogueWakeRequest.Parser, m => new Wake(m.Region))
        .Add(Manifests.CatalogueMessages.Awake, r => new CatalogueAwakeReply { Region = r.Region },
            CatalogueAwakeReply.Parser, m => new Awake(m.Region))
        .Add(Manifests.CatalogueMessages.Entry, e => e.ToProto(), CatalogueEntryValue.Parser, m => m.ToEntry());

    private static ManifestTable.Builder AddCreateAndDelete(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueReplies.Created, r => new CatalogueCreatedReply { Incarnation = r.Incarnation.Value },
            CatalogueCreatedReply.Parser, m => new CreateReply.Created(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueReplies.AlreadyExists, r => new CatalogueAlreadyExistsReply { Status = r.Status.ToProto() },
            CatalogueAlreadyExistsReply.Parser, m => new CreateReply.AlreadyExists(m.Status.ToStatus()))
        .Add(Manifests.CatalogueReplies.QuotaExceeded,
            r => new CatalogueQuotaExceededReply { Current = r.Current, Limit = r.Limit, Requested = r.Requested },
            CatalogueQuotaExceededReply.Parser, m => new CreateReply.QuotaExceeded(m.Current, m.Limit, m.Requested))
        .Add(Manifests.CatalogueReplies.CreateUnavailable, r => new CatalogueCreateUnavailableReply { Detail = r.Detail },
            CatalogueCreateUnavailableReply.Parser, m => new CreateReply.Unavailable(m.Detail))
        .Add(Manifests.CatalogueReplies.Deleting, r => new CatalogueDeletingReply { Incarnation = r.Incarnation.Value },
            CatalogueDeletingReply.Parser, m => new DeleteReply.Deleting(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueReplies.DeleteNotFound, (DeleteReply.NotFound _) => new CatalogueDeleteNotFoundReply(),
            CatalogueDeleteNotFoundReply.Parser, _ => new DeleteReply.NotFound())
        .Add(Manifests.CatalogueReplies.InUse, r => new CatalogueInUseReply { Status = r.Status.ToProto() },
            CatalogueInUseReply.Parser, m => new DeleteReply.InUse(m.Status.ToStatus()))
        .Add(Manifests.CatalogueReplies.DeleteUnavailable, r => new CatalogueDeleteUnavailableReply { Detail = r.Detail },
            CatalogueDeleteUnavailableReply.Parser, m => new DeleteReply.Unavailable(m.Detail));

    private static ManifestTable.Builder AddLookupAndList(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueReplies.Found, r => new CatalogueFoundReply { Entry = r.Entry.ToProto() },
            CatalogueFoundReply.Parser, m => new LookupReply.Found(m.Entry.ToEntry()))
        .Add(Manifests.CatalogueReplies.LookupNotFound, (LookupReply.NotFound _) => new CatalogueLookupNotFoundReply(),
            CatalogueLookupNotFoundReply.Parser, _ => new LookupReply.NotFound())
        .Add(Manifests.CatalogueReplies.LookupUnavailable, r => new CatalogueLookupUnavailableReply { Detail = r.Detail },
            CatalogueLookupUnavailableReply.Parser, m => new LookupReply.Unavailable(m.Detail))
        .Add(Manifests.CatalogueReplies.Page, ToProto, CataloguePageReply.Parser,
            m => new ListReply.Page(m.Entries.ToArray(StreamValues.ToEntry), m.HasMore))
        .Add(Manifests.CatalogueReplies.ListUnavailable, r => new CatalogueListUnavailableReply { Detail = r.Detail },
            CatalogueListUnavailableReply.Parser, m => new ListReply.Unavailable(m.Detail));

    private static CatalogueListRequest ToProto(List q)
    {
        var m = new CatalogueListRequest { Region = q.Region, Limit = q.Limit };
        if (q.ExclusiveStart is { } start) m.ExclusiveStart = start;
        return m;
    }

    private static CataloguePageReply ToProto(ListReply.Page r)
    {
        var m = new CataloguePageReply { HasMore = r.HasMore };
        m.Entries.AddAll(r.Entries, StreamValues.ToProto);
        return m;
    }
}
