using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>A kind of destination: what requests may say of it.</summary>
/// <param name="Name">As the API's members begin: <c>ExtendedS3</c> of <c>ExtendedS3DestinationConfiguration</c>.</param>
/// <param name="Members">Of its configuration.</param>
internal sealed record DestinationKind(string Name, ImmutableArray<Member> Members)
{
    /// <summary>Clients of the first years say S3; it is an ExtendedS3 of which less is said, and is kept as one.</summary>
    private static readonly DestinationKind s_s3 = new("S3", DestinationMembers.S3);

    public static readonly DestinationKind ExtendedS3 = new("ExtendedS3", DestinationMembers.ExtendedS3);
    public static readonly DestinationKind Redshift = new("Redshift", DestinationMembers.Redshift);
    public static readonly DestinationKind Elasticsearch = new("Elasticsearch", DestinationMembers.Search);
    public static readonly DestinationKind OpenSearch = new("Amazonopensearchservice", DestinationMembers.Search);
    public static readonly DestinationKind Splunk = new("Splunk", DestinationMembers.Splunk);
    public static readonly DestinationKind HttpEndpoint = new("HttpEndpoint", DestinationMembers.HttpEndpoint);

    private static readonly ImmutableArray<DestinationKind> s_all = [s_s3, ExtendedS3, Redshift, Elasticsearch, OpenSearch, Splunk, HttpEndpoint];

    /// <summary>Known to the API, but nothing here delivers to them; what is said of them is not read.</summary>
    private static readonly ImmutableArray<string> s_unsupported = ["AmazonOpenSearchServerless", "Snowflake", "Iceberg"];

    private const string ConfigurationSuffix = "DestinationConfiguration";
    private const string UpdateSuffix = "DestinationUpdate";

    /// <summary>The members of a request that creates.</summary>
    public static readonly ImmutableArray<Member> Configurations =
    [
        .. s_all.Select(k => new Member(k.Name + ConfigurationSuffix, MemberType.Structure) { Members = k.Members }),
        .. s_unsupported.Select(name => new Member(name + ConfigurationSuffix, MemberType.Structure)),
    ];

    /// <summary>The members of a request that updates.</summary>
    public static readonly ImmutableArray<Member> Updates =
    [
        .. s_all.Select(k => new Member(k.Name + UpdateSuffix, MemberType.Structure) { Members = [.. k.Members.Where(k.IsChangeable).Select(OfUpdate)] }),
        .. s_unsupported.Select(name => new Member(name + UpdateSuffix, MemberType.Structure)),
    ];

    /// <summary>What a request to create says of its destination; throws unless there is one, and of a kind that is delivered to.</summary>
    public static (DestinationKind Kind, JsonObject Said) ReadConfiguration(ShapeValues input) => Read(input, Configurations, ConfigurationSuffix);

    /// <summary>The same of a request to update.</summary>
    public static (DestinationKind Kind, JsonObject Said) ReadUpdate(ShapeValues input) => Read(input, Updates, UpdateSuffix);

    /// <summary>The kind that a delivery stream has.</summary>
    public static DestinationKind Of(DeliveryDestination destination) => s_all.First(k => k.Name == destination.Kind);

    /// <summary>As a document has them, by what an update calls them.</summary>
    public static string NameInConfiguration(string nameInUpdate) => nameInUpdate switch
    {
        "S3Update" => "S3Configuration",
        "S3BackupUpdate" => "S3BackupConfiguration",
        _ => nameInUpdate,
    };

    /// <summary>What else an update says is not read.</summary>
    public bool IsChangeable(Member member) => member.Name != "VpcConfiguration" && !(member.Name == "S3BackupMode" && Members == DestinationMembers.Search);

    private static (DestinationKind Kind, JsonObject Said) Read(ShapeValues input, ImmutableArray<Member> members, string suffix)
    {
        var said = members.Where(m => input.Structure(m.Name) is not null).ToList();
        if (said.Count != 1) throw KinesisErrors.InvalidArgument("Exactly one destination configuration is supported for a Firehose");
        var member = said[0];
        if (s_all.FirstOrDefault(k => k.Name + suffix == member.Name) is not { } kind)
        {
            throw KinesisErrors.InvalidArgument(
                $"{member.Name} is not supported; supported are {string.Join(", ", s_all.Select(k => k.Name + suffix))}.");
        }
        return (kind == s_s3 ? ExtendedS3 : kind, DestinationDocuments.Of(input.Structure(member.Name)!, member.Members));
    }

    // Nothing must be said again but what makes a structure whole.
    private static Member OfUpdate(Member member) => member.Name switch
    {
        "S3Configuration" => OfUpdate(member, "S3Update"),
        "S3BackupConfiguration" => OfUpdate(member, "S3BackupUpdate"),
        _ => member with { IsRequired = false },
    };

    private static Member OfUpdate(Member member, string name) => new(name, member.Type) { Members = [.. member.Members.Select(m => m with { IsRequired = false })] };
}
