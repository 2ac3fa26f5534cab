namespace ActorStreams.Shards.Serialization;

/// <summary>
/// Names of everything that is stored or sent, with its version as the last character; stored beside each row and told in
/// <c>docs/formats/journal.md</c>. One that was ever shipped is never renamed, given another meaning or left without a reader.
/// </summary>
internal static class Manifests
{
    /// <summary>Facts in a shard's journal: R records, E everything else.</summary>
    public static class ShardEvents
    {
        public const string RecordsAppended = "RA1";
        public const string Opened = "EO1";
        public const string Owned = "EW1";
        public const string ProducerAttached = "EP1";
        public const string EncryptionSet = "EK1";
        public const string TrimmedTo = "ET1";
        public const string Closed = "EC1";
        public const string Ended = "EE1";

        public static readonly string[] WithoutRecords = [Opened, Owned, ProducerAttached, EncryptionSet, TrimmedTo, Closed, Ended];
    }

    /// <summary>S: snapshots.</summary>
    public static class Snapshots
    {
        public const string Shard = "SS1";
        public const string Stream = "ST1";
        public const string Catalogue = "SK1";
    }

    /// <summary>Q: what is asked of a shard.</summary>
    public static class ShardRequests
    {
        public const string Open = "QO1";
        public const string Append = "QA1";
        public const string Attach = "QT1";
        public const string Close = "QC1";
        public const string Encrypt = "QK1";
        public const string End = "QE1";
        public const string Trim = "QM1";
        public const string Read = "QR1";
        public const string MeasureLoad = "QL1";
        public const string Subscribe = "QU1";
        public const string FindCalls = "QI1";
        public const string OfferAppend = "QB1";
        public const string Inspect = "QX1";
    }

    /// <summary>J: the block of a large append, piece by piece.</summary>
    public static class Transfers
    {
        public const string FetchChunk = "JF1";
        public const string BlockChunk = "JC1";
    }

    /// <summary>The request's letter, then which answer it is; X refuses.</summary>
    public static class ShardReplies
    {
        public const string Opened = "OO1";
        public const string OpenRefused = "OX1";
        public const string Appended = "AA1";
        public const string AppendRepeated = "AR1";
        public const string AppendRefused = "AX1";
        public const string Attached = "TA1";
        public const string AttachRefused = "TX1";
        public const string Closed = "CC1";
        public const string CloseRefused = "CX1";
        public const string Encrypted = "YK1";
        public const string EncryptRefused = "YX1";
        public const string EndDone = "NE1";
        public const string EndRefused = "NX1";
        public const string Trimmed = "MT1";
        public const string TrimRefused = "MX1";
        public const string ReadFromTail = "RT1";
        public const string ReadFromStore = "RS1";
        public const string ReadRefused = "RX1";
        public const string SubscribeAccepted = "UA1";
        public const string SubscribeInUse = "UI1";
        public const string SubscribeRefused = "UX1";
        public const string LoadMeasured = "ZL1";
        public const string LoadRefused = "ZX1";
        public const string Bounds = "BB1";
        public const string CallsFound = "IF1";
        public const string FindCallsRefused = "IX1";
        public const string Inspected = "XF1";
        public const string InspectRefused = "XX1";
    }

    /// <summary>V: facts in a stream's journal.</summary>
    public static class StreamEvents
    {
        public const string Created = "VC1";
        public const string Activated = "VA1";
        public const string DeletionStarted = "VD1";
        public const string Deleted = "VE1";
        public const string Configured = "VF1";
        public const string ConsumerSet = "VR1";
        public const string ConsumerRemoved = "VX1";
        public const string ReshardStarted = "VS1";
        public const string StepsPlanned = "VP1";
        public const string ShardsReplaced = "VQ1";
        public const string ReshardFinished = "VT1";
        public const string ShardsForgotten = "VG1";
        public const string EncryptionStarted = "VN1";
        public const string EncryptionFinished = "VO1";
    }

    /// <summary>K: facts in the journal of a region's catalogue.</summary>
    public static class CatalogueEvents
    {
        public const string StreamRegistered = "KR1";
        public const string StreamActivated = "KA1";
        public const string StreamCounted = "KC1";
        public const string StreamDeleting = "KD1";
        public const string StreamRemoved = "KG1";
    }

    /// <summary>D: a stream's actor, asked and answering.</summary>
    public static class StreamMessages
    {
        public const string Create = "DC1";
        public const string Delete = "DD1";
        public const string Wake = "DW1";
        public const string Describe = "DS1";
        public const string Described = "DF1";
        public const string DescribeNotFound = "DN1";
        public const string DescribeUnavailable = "DU1";
        public const string Update = "DP1";
        public const string Updated = "DQ1";
        public const string UpdateRefused = "DX1";
        public const string UpdateNotFound = "DG1";
        public const string UpdateUnavailable = "DV1";
    }

    /// <summary>L: asked of a catalogue, or told by it unasked.</summary>
    public static class CatalogueMessages
    {
        public const string Create = "LC1";
        public const string Delete = "LD1";
        public const string Lookup = "LL1";
        public const string List = "LS1";
        public const string StreamReady = "LR1";
        public const string StreamGone = "LG1";
        public const string Reserve = "LV1";
        public const string DescribeRegion = "LO1";
        public const string Wake = "LW1";
        public const string Awake = "LA1";
        public const string Noted = "LN1";
        public const string Entry = "LE1";
    }

    /// <summary>Answers of a catalogue: G to create, H to delete, F to lookup, P to list, W to the rest.</summary>
    public static class CatalogueReplies
    {
        public const string Created = "GC1";
        public const string AlreadyExists = "GA1";
        public const string QuotaExceeded = "GQ1";
        public const string CreateUnavailable = "GU1";
        public const string Deleting = "HD1";
        public const string DeleteNotFound = "HN1";
        public const string InUse = "HI1";
        public const string DeleteUnavailable = "HU1";
        public const string Found = "FF1";
        public const string LookupNotFound = "FN1";
        public const string LookupUnavailable = "FU1";
        public const string Page = "PP1";
        public const string ListUnavailable = "PU1";
        public const string Reserved = "WV1";
        public const string ReserveRefused = "WX1";
        public const string Region = "WR1";
        public const string RegionUnavailable = "WU1";
    }
}
