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
        public const string TrimmedTo = "ET1";
        public const string Closed = "EC1";
        public const string Ended = "EE1";
    }

    /// <summary>S: snapshots.</summary>
    public static class Snapshots
    {
        public const string Shard = "SS1";
    }

    /// <summary>Q: what is asked of a shard.</summary>
    public static class ShardRequests
    {
        public const string Open = "QO1";
        public const string Append = "QA1";
        public const string Attach = "QT1";
        public const string Close = "QC1";
        public const string End = "QE1";
        public const string Trim = "QM1";
        public const string Read = "QR1";
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
        public const string EndDone = "NE1";
        public const string EndRefused = "NX1";
        public const string Trimmed = "MT1";
        public const string TrimRefused = "MX1";
        public const string ReadFromTail = "RT1";
        public const string ReadFromStore = "RS1";
        public const string ReadRefused = "RX1";
        public const string Bounds = "BB1";
    }
}
