namespace ActorStreams.Pipelines.Firehose.Destinations.Search;

/// <summary>A document on its way to an index.</summary>
/// <param name="Index">Fixed before the first try.</param>
/// <param name="Id">
/// Follows from the record, the same at each redo: the document is created once. Null lets the server choose, and a repetition is a second document.
/// </param>
/// <param name="Json">A JSON object.</param>
public sealed record SearchDocument(string Index, string? Id, ReadOnlyMemory<byte> Json)
{
    /// <summary>In bytes of UTF-8, OpenSearch's own.</summary>
    public const int IdBytesMax = 512;
}

/// <summary>What came of one document.</summary>
public abstract record SearchOutcome
{
    private SearchOutcome()
    {
    }

    /// <summary>It is in the index, by this request or by one before.</summary>
    public sealed record Done : SearchOutcome
    {
        public static readonly Done Instance = new();
    }

    /// <summary>It is not, or nobody knows; it is sent again.</summary>
    public sealed record Retry(string Reason, TimeSpan? After = null) : SearchOutcome;

    /// <summary>The index will never take it; it goes to the error output.</summary>
    /// <param name="Code">Status and type, such as <c>400 mapper_parsing_exception</c>.</param>
    public sealed record Failed(string Code, string Reason) : SearchOutcome;
}
