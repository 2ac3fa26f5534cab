using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Naming;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Firehose.Naming;

public sealed class ObjectNamingSpecs
{
    private const string Suffix = "badges-1-2026-03-09-15-04-05-00000000-0000-0000-0000-00000000002a";
    private static readonly Guid s_id = new("00000000-0000-0000-0000-00000000002a");
    private static readonly DateTimeOffset s_time = new(2026, 3, 9, 15, 4, 5, TimeSpan.Zero);
    private static readonly NamingSettings s_plain = new("badges", "1");
    private static readonly NamingSettings s_byCustomer = s_plain with
    {
        Prefix = "customer=!{partitionKeyFromQuery:customer}/",
        ErrorOutputPrefix = "errors/",
        HasDynamicPartitioning = true,
        QueryKeys = ["customer"],
    };

    [Theory]
    [InlineData("", "2026/03/09/15/")]
    [InlineData("in/", "in/2026/03/09/15/")]
    [InlineData("in/!{timestamp:yyyy-MM-dd}/", "in/2026-03-09/")]
    [InlineData("y=!{timestamp:yyyy}/m=!{timestamp:MM}/x-", "y=2026/m=03/x-")]
    [InlineData("!{timestamp:'a}b'}/", "a}b/")]
    [InlineData("not!an{expression}/", "not!an{expression}/2026/03/09/15/")]
    public void The_time_folder_follows_a_prefix_that_does_not_say_the_time(string prefix, string expected)
    {
        var naming = Create(s_plain with { Prefix = prefix, ErrorOutputPrefix = "e/", Extension = ".gz" });

        Assert.Equal(expected + Suffix + ".gz", naming.Key(PartitionKeyNames.None, s_time, s_id));
    }

    [Theory]
    [InlineData("in/", null, "in/processing-failed/2026/03/09/15/")]
    [InlineData("", "bad/", "bad/processing-failed/2026/03/09/15/")]
    [InlineData("", "bad/!{firehose:error-output-type}/", "bad/processing-failed/")]
    [InlineData("", "!{firehose:error-output-type}/!{timestamp:yyyy}/", "processing-failed/2026/")]
    public void Errors_have_a_prefix_with_their_type(string prefix, string? errorPrefix, string expected)
    {
        var naming = Create(s_plain with { Prefix = prefix, ErrorOutputPrefix = errorPrefix, Extension = ".gz" });

        Assert.Equal(expected + Suffix, naming.ErrorKey("processing-failed", s_time, s_id));
    }

    [Fact]
    public void All_times_of_a_name_are_of_the_custom_zone()
    {
        var naming = Create(s_plain with { CustomTimeZone = "Asia/Tokyo" });

        Assert.StartsWith("2026/03/10/00/badges-1-2026-03-10-00-04-05-", naming.Key(PartitionKeyNames.None, s_time, s_id), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_strings_differ_within_a_name_and_between_ids_and_are_the_same_in_a_redo()
    {
        var naming = Create(s_plain with { Prefix = "!{firehose:random-string}/!{firehose:random-string}/", ErrorOutputPrefix = "e/" });

        var key = naming.Key(PartitionKeyNames.None, s_time, s_id);

        Assert.Matches("^[0-9A-Za-z]{11}/[0-9A-Za-z]{11}/2026/", key);
        Assert.NotEqual(key[..11], key[12..23]);
        Assert.Equal(key, naming.Key(PartitionKeyNames.None, s_time, s_id));
        Assert.NotEqual(key[..11], naming.Key(PartitionKeyNames.None, s_time, Guid.NewGuid())[..11]);
    }

    [Fact]
    public void Partition_keys_of_query_and_of_lambda_are_not_mistaken()
    {
        var naming = Create(s_byCustomer with { Prefix = "!{partitionKeyFromQuery:customer}/!{partitionKeyFromLambda:customer}/", HasTransform = true });

        var key = naming.Key(Keys(("query:customer", "q"), ("lambda:customer", "l")), s_time, s_id);

        Assert.StartsWith("q/l/2026/03/09/15/", key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a!{timestamp:yyyy", null, "Prefix, character 2: The expression is not closed by }.")]
    [InlineData("a/!{time:yyyy}", "e", "Prefix, character 5: \"time\" is no namespace; allowed are timestamp, firehose, partitionKeyFromQuery, partitionKeyFromLambda.")]
    [InlineData("a/!{timestamp:yyyy-b}", "e", "Prefix, character 20: b is no letter of a pattern here")]
    [InlineData("!{firehose:uuid}", "e", "Prefix, character 12: \"uuid\" is no value of firehose")]
    [InlineData("!{partitionKeyFromQuery:}", "e", "Prefix, character 25: The name of the partition key is missing.")]
    [InlineData("!{timestamp:yyyy}", null, "ErrorOutputPrefix: It can't be null or empty when Prefix contains expressions.")]
    [InlineData("!{timestamp:yyyy}", "e/!{timestamp:yyyy}", "ErrorOutputPrefix: It contains expressions, so !{firehose:error-output-type} must be among them.")]
    [InlineData("!{firehose:error-output-type}/", "e", "Prefix: !{firehose:error-output-type} may stand only in ErrorOutputPrefix.")]
    [InlineData("!{partitionKeyFromQuery:a}/", "e", "Prefix: It names partition keys, so DynamicPartitioningConfiguration must be enabled.")]
    [InlineData("/a", "e", "has an empty part")]
    [InlineData("a//b", "e", "has an empty part")]
    [InlineData("a/../b/", "e", "has the part \"..\"")]
    [InlineData("a", "e/./", "ErrorOutputPrefix: The object's name e/./")]
    public void A_wrong_prefix_is_refused_with_its_place(string prefix, string? errorPrefix, string expected)
    {
        Assert.Null(ObjectNaming.Create(s_plain with { Prefix = prefix, ErrorOutputPrefix = errorPrefix }, out var errors));
        Assert.Contains(errors, e => e.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_of_dynamic_partitioning_are_all_told_at_once()
    {
        var settings = s_byCustomer with { Prefix = "!{partitionKeyFromQuery:shop}/!{partitionKeyFromLambda:x}", QueryKeys = ["customer", "day"] };

        Assert.Null(ObjectNaming.Create(settings, out var errors));

        Assert.Equal(
            [
                "Prefix: The query's key customer is not used; every one must be, as !{partitionKeyFromQuery:customer}.",
                "Prefix: The query's key day is not used; every one must be, as !{partitionKeyFromQuery:day}.",
                "Prefix: The query has no key shop; it has customer, day.",
                "Prefix: !{partitionKeyFromLambda:...} needs a Lambda processor.",
            ],
            errors.Select(e => e.ToString()));
        Assert.Null(ObjectNaming.Create(s_byCustomer with { Prefix = "a/", QueryKeys = [] }, out errors));
        Assert.Contains("must name a partition key", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ab c/d", null)]
    [InlineData("", "partitionKeys values must not be null or empty: customer.")]
    [InlineData("a//b", "has an empty part")]
    [InlineData("/a", null)]
    [InlineData("a/..", "has the part \"..\"")]
    [InlineData("a/./b", "has the part \".\"")]
    [InlineData("a\\..\\b", "has the character U+005C")]
    [InlineData("a\u0000", "has the character U+0000")]
    public void A_value_that_makes_no_path_is_told_with_its_reason(string value, string? expected)
    {
        var problem = Create(s_byCustomer).Problem(Keys(("query:customer", value)));

        if (expected is null) Assert.Null(problem);
        else Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_makes_no_path() =>
        Assert.Contains("half of a surrogate pair", Create(s_byCustomer).Problem(Keys(("query:customer", "\ud800"))), StringComparison.Ordinal);

    [Fact]
    public void Lengths_are_bounded_at_their_edges()
    {
        var naming = Create(s_byCustomer with { Prefix = "!{partitionKeyFromQuery:customer}/" });
        // The rest of the prefix: a slash and yyyy/MM/dd/HH/.
        var folders = string.Concat(Enumerable.Repeat("abcdefghi/", 49));

        Assert.Null(naming.Problem(Keys(("query:customer", new string('x', 255)))));
        Assert.Contains("a part of 256 bytes", naming.Problem(Keys(("query:customer", new string('x', 256)))), StringComparison.Ordinal);
        Assert.Null(naming.Problem(Keys(("query:customer", folders + "abcdefg"))));
        Assert.Contains("has 513 characters; up to 512", naming.Problem(Keys(("query:customer", folders + "abcdefg1"))), StringComparison.Ordinal);
        Assert.Contains("bytes; up to 1024", naming.Problem(Keys(("query:customer", string.Concat(Enumerable.Repeat(new string('\u20ac', 80) + "/", 5)) + "x"))), StringComparison.Ordinal);
    }

    [Property]
    public void Whatever_the_values_a_name_without_a_problem_stays_in_its_folder(string? value)
    {
        var naming = Create(s_byCustomer);
        var keys = Keys(("query:customer", value ?? ""));
        if (naming.Problem(keys) is not null) return;

        var parts = naming.Key(keys, s_time, s_id).Split('/', '\\');

        Assert.DoesNotContain(parts, p => p is "" or "." or "..");
        Assert.StartsWith("customer=", parts[0], StringComparison.Ordinal);
    }

    private static ImmutableSortedDictionary<string, string> Keys(params (string Name, string Value)[] keys) =>
        keys.ToImmutableSortedDictionary(k => k.Name, k => k.Value, StringComparer.Ordinal);

    private static ObjectNaming Create(NamingSettings settings) =>
        ObjectNaming.Create(settings, out var errors) ?? throw new FormatException(string.Join("\n", errors));
}
