using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Destinations.S3;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// What the addresses that delivery streams name stand for on these machines, and where batches are kept. All nodes of a cluster have the same. An
/// address that stands for nothing is refused where a delivery stream is created.
/// </summary>
public sealed record FirehoseOptions
{
    /// <summary>Stands for every bucket that has no entry of its own.</summary>
    public const string AnyBucket = "*";

    public const long LoadMemoryMiBDefault = 256;

    /// <summary>Of each setting of memory.</summary>
    public const long MemoryMiBMin = 16;

    public const long MemoryMiBMax = 1 << 20;

    /// <summary>
    /// What a node may hold in memory of objects that it loads into tables, indexes, endpoints and streams, all together. Each load waits for its turn; one that
    /// takes more than this goes alone.
    /// </summary>
    public long LoadMemoryMiB { get; init; } = LoadMemoryMiBDefault;

    /// <summary>
    /// What a node may hold in memory of the row groups of all Parquet objects that are being made, default 256. Where it is used up, they are written sooner.
    /// </summary>
    public long RowGroupMemoryMiB { get; init; } = 256;

    /// <summary>Absolute path. Default: <c>firehose-spool</c> in the data folder. It holds what is not delivered yet, a few batches of each shard.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>
    /// Of the disk that a store in files lies on: with less than that left, what is put to delivery streams is refused until there is more. 0 for none.
    /// </summary>
    public int DiskFreeMinMiB { get; init; } = 512;

    /// <summary>By the bucket's name, or <c>*</c> for all others.</summary>
    public ImmutableSortedDictionary<string, BucketOptions> Buckets { get; init; } = ImmutableSortedDictionary<string, BucketOptions>.Empty;

    /// <summary>What transforms records, by the name of the function in its ARN.</summary>
    public ImmutableSortedDictionary<string, TransformOptions> Functions { get; init; } = ImmutableSortedDictionary<string, TransformOptions>.Empty;

    /// <summary>
    /// Columns of tables that records are converted for, by <c>database.table</c>: each a name and a type of Hive, such as <c>temp double</c>, in order.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Tables { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>PostgreSQL connection strings, by the host of the JDBC URL; database, user and password are taken from the request where they are left out.</summary>
    public ImmutableSortedDictionary<string, string> Warehouses { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Addresses of search clusters, by the last part of the domain's ARN.</summary>
    public ImmutableSortedDictionary<string, Uri> Domains { get; init; } = ImmutableSortedDictionary<string, Uri>.Empty;

    public BucketOptions? Bucket(string name) => Buckets.GetValueOrDefault(name) ?? Buckets.GetValueOrDefault(AnyBucket);
}

/// <summary>A folder, or a bucket of something that speaks S3: exactly one of <see cref="Folder"/> and <see cref="Endpoint"/>.</summary>
public sealed record BucketOptions
{
    /// <summary>Absolute path of a folder that is there; below it, for <c>*</c>, is one folder for each bucket, created where it is missing.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether a missing folder is created. Default false: it may be where a disk is mounted, and what is written beside it is as good as lost.</summary>
    public bool CreateRoot { get; init; }

    /// <summary>Name of a file that has to be in the folder, for mounts that leave an empty folder behind when they are away; default none.</summary>
    public string? RequiredFile { get; init; }

    /// <summary>Such as <c>http://127.0.0.1:9000</c>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>At the endpoint. Default: the one that the delivery stream names.</summary>
    public string? Name { get; init; }

    public string Region { get; init; } = "us-east-1";

    /// <summary>Default: what the environment says, as SDKs read it.</summary>
    public string? AccessKeyId { get; init; }

    public string? SecretAccessKey { get; init; }

    /// <summary>Default true: the bucket stands in the path, as most servers other than Amazon's have it.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>Objects from this size go up in parts, 5 MiB to 5 GiB. Default 16 MiB.</summary>
    public long? MultipartBytesMin { get; init; }

    /// <summary>Size of a part, 5 MiB to 5 GiB. Default 8 MiB. Small parts cost requests, large ones are lost whole by a reset.</summary>
    public long? PartBytes { get; init; }

    /// <summary>Parts of an object on their way at once, 1 to 64. Default 4.</summary>
    public int? ParallelPartsMax { get; init; }

    /// <summary>Tries of each request before the destination counts as away, 1 to 20. Default 3.</summary>
    public int? TriesMax { get; init; }

    /// <summary>How long one try of a request may take, its bytes included, up to an hour. Default 1 minute. Short fails slow lines, long waits for dead ones.</summary>
    public TimeSpan? TryTimeout { get; init; }

    /// <summary>How requests are made, by the name of the setting; null where nothing is said.</summary>
    private ImmutableArray<(string Name, object? Value)> Requests =>
    [
        (nameof(MultipartBytesMin), MultipartBytesMin), (nameof(PartBytes), PartBytes), (nameof(ParallelPartsMax), ParallelPartsMax),
        (nameof(TriesMax), TriesMax), (nameof(TryTimeout), TryTimeout),
    ];

    /// <summary>What is wrong with how requests are made: the setting, and a sentence that goes on from its name.</summary>
    public IEnumerable<(string Name, string Text)> RequestProblems()
    {
        if (Folder is null) return Tuned(new S3StoreOptions("any")).Problems().Where(p => Requests.Any(r => r.Name == p.Option));
        return Requests.Where(r => r.Value is not null).Select(r => (r.Name, "is for a bucket with an Endpoint; a Folder has no requests."));
    }

    internal S3StoreOptions Tuned(S3StoreOptions options) => options with
    {
        MultipartBytesMin = MultipartBytesMin ?? options.MultipartBytesMin,
        PartBytes = PartBytes ?? options.PartBytes,
        ParallelPartsMax = ParallelPartsMax ?? options.ParallelPartsMax,
        TriesMax = TriesMax ?? options.TriesMax,
        TryTimeout = TryTimeout ?? options.TryTimeout,
    };
}

/// <summary>A function behind an address, a script in this process, or lines to JSON: exactly one of them.</summary>
public sealed record TransformOptions
{
    /// <summary>Takes and gives what a Lambda function of Firehose's does.</summary>
    public Uri? Url { get; init; }

    /// <summary>Absolute path of a JavaScript file with a function <c>transform(record)</c>, the same on all nodes.</summary>
    public string? Script { get; init; }

    /// <summary>Makes objects of lines of values.</summary>
    public CsvLineOptions? Csv { get; init; }

    /// <summary>Makes objects of lines of a log.</summary>
    public LogLineOptions? Log { get; init; }

    /// <summary>
    /// How long a call of the function may take, or the script for one record. Default: 5 minutes of a function, 1 second of a script. Too short fails good
    /// records when it is busy; a long one lets each call that hangs hold its shard up for as long.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    public bool IsOne => new object?[] { Url, Script, Csv, Log }.Count(o => o is not null) == 1;
}

public sealed record CsvLineOptions
{
    /// <summary>Names of the values, in order.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];

    /// <summary>One character, or <c>\t</c>.</summary>
    public string Delimiter { get; init; } = ",";
}

public sealed record LogLineOptions
{
    /// <summary>Such as <c>COMMONAPACHELOG</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>A regular expression in place of the format's own.</summary>
    public string? Pattern { get; init; }

    /// <summary>In place of the format's own names.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];
}
