using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Processing.Jq;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

/// <summary>The expected values are jq 1.6's own answers, but for the whole number of 20 digits, which jq 1.6 rounds.</summary>
public sealed class JqQuerySpecs
{
    private const string Record = """
        {"badge":{"id":"B-17","zone":"North/Hall"},"tags":["a","b",null,4],"ts":1773068645,"ms":1773068645123,"text":"2026-03-09T15:04:05Z",
         "big":12345678901234567890,"f":1.50,"e":1e3,"neg":-0.5,"no":null,"yes":true,"empty":"","a b":{"$x":"q"},"n":"42","uni":"\u00e4\ud83d\ude00z"}
        """;

    [Theory]
    [InlineData(".badge.id", "B-17")]
    [InlineData(".badge[\"id\"]", "B-17")]
    [InlineData(".\"a b\".\"$x\"", "q")]
    [InlineData(".[\"a b\"][\"$x\"]", "q")]
    [InlineData(".tags[0]", "a")]
    [InlineData(".tags[-1]", "4")]
    [InlineData(".tags[1:2][0]", "b")]
    [InlineData(".badge | .zone", "North/Hall")]
    [InlineData(".badge.zone | ascii_downcase | split(\"/\")[1]", "hall")]
    [InlineData(".badge.zone | split(\"/\") | join(\"-\")", "North-Hall")]
    [InlineData(".text[0:10]", "2026-03-09")]
    [InlineData(".text[:4]", "2026")]
    [InlineData(".text[11:-1]", "15:04:05")]
    [InlineData(".uni[1:2]", "\U0001F600")]
    [InlineData(".uni | length", "3")]
    [InlineData("(.no // .badge.id)", "B-17")]
    [InlineData(".no // .none // \"d\"", "d")]
    [InlineData("(.badge.id.x? // \"t\")", "t")]
    [InlineData(".yes", "true")]
    [InlineData(".big", "12345678901234567890")]
    [InlineData(".f", "1.5")]
    [InlineData(".e", "1000")]
    [InlineData(".neg", "-0.5")]
    [InlineData(".badge | tostring", """{"id":"B-17","zone":"North/Hall"}""")]
    [InlineData("\"z=\\(.badge.zone)/\\(.ts)\"", "z=North/Hall/1773068645")]
    [InlineData("\"\\u0041\\n\" | rtrimstr(\"\\n\")", "A")]
    [InlineData("(.n | tonumber) + 1", "43")]
    [InlineData("1 + 2 * 3 - 4 / 2", "5")]
    [InlineData("(.ts / 3600 | floor)", "492519")]
    [InlineData(".ts % 100", "45")]
    [InlineData("-.ts", "-1773068645")]
    [InlineData("(.n | tonumber) / 4 | round", "11")]
    [InlineData("\"a\" + \"b\" + null", "ab")]
    [InlineData("if .ts > 10 and .yes then \"late\" elif .yes then \"x\" else \"early\" end", "late")]
    [InlineData(".n == \"42\"", "true")]
    [InlineData(".n == 42 or (.yes | not)", "false")]
    [InlineData(".badge.id | ltrimstr(\"B-\")", "17")]
    [InlineData(".badge.id | startswith(\"B\")", "true")]
    [InlineData(".ts | strftime(\"%Y/%m/%d/%H %j %a %b %e %I%p %V %s %%\")", "2026/03/09/15 068 Mon Mar  9 03PM 11 1773068645 %")]
    [InlineData(".ms / 1000 | strftime(\"%FT%TZ\")", "2026-03-09T15:04:05Z")]
    [InlineData(".text | strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime", "1773068645")]
    [InlineData(".text | fromdate | todate", "2026-03-09T15:04:05Z")]
    [InlineData(".ts | gmtime | strftime(\"%A\")", "Monday")]
    [InlineData(".ts | gmtime[7] | tostring", "67")]
    [InlineData(". | .badge.id # a remark", "B-17")]
    public void A_value_is_that_of_jq(string expression, string expected) => Assert.Equal((null, expected), Run($"{{k: {expression}\n}}"));

    [Theory]
    [InlineData(".none", "partitionKeys values must not be null or empty: k.")]
    [InlineData(".no", "partitionKeys values must not be null or empty: k.")]
    [InlineData(".empty", "partitionKeys values must not be null or empty: k.")]
    [InlineData(".badge.id.x?", "partitionKeys values must not be null or empty: k.")]
    [InlineData(".tags", "The partition key k is an array")]
    [InlineData(".badge.id.x", "The query failed at the key k: Cannot index string with \"x\".")]
    [InlineData("(.badge.id.x // \"t\")", "Cannot index string with \"x\"")]
    [InlineData(".badge[0]", "Cannot index object with number")]
    [InlineData(".badge.id | tonumber", "\"B-17\" is no number")]
    [InlineData(".ts / 0", "divisor is zero")]
    [InlineData(".ts + .n", "number and string cannot be added")]
    [InlineData("1e300 | strftime(\"%Y\")", "out of range")]
    [InlineData(".n | strftime(\"%Y\")", "strftime needs a number")]
    [InlineData(".badge.id | strptime(\"%Y\")", "does not match format")]
    [InlineData(".tags | mktime", "requires array of 6 numbers")]
    public void A_record_without_the_key_is_told_with_its_reason(string expression, string expected)
    {
        var (problem, _) = Run($"{{k: {expression}}}");

        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_may_be_short_or_quoted_and_the_object_may_stand_behind_pipes()
    {
        var query = Parse(""".badge | . | {id, "the zone": .zone, n: (1|tostring)}""");
        var values = new string[3];

        Assert.Equal(["id", "n", "the zone"], query.Names);
        Assert.Null(query.Read(JsonDocument.Parse(Record).RootElement, values));
        Assert.Equal(["B-17", "1", "North/Hall"], values);
    }

    [Theory]
    [InlineData("", 1, "gives no object")]
    [InlineData(".a", 3, "gives no object")]
    [InlineData("{}", 2, "A name of a key is missing")]
    [InlineData("{a:}", 4, "} is not supported here")]
    [InlineData("{a:.b", 6, "} is missing")]
    [InlineData("{a:.b} x", 8, "nothing is allowed behind")]
    [InlineData("{a:.b, a:.c}", 8, "The key a is there twice")]
    [InlineData("{(.x):.b}", 2, "Names that are computed")]
    [InlineData("{a:.b[]}", 6, "[] gives several values")]
    [InlineData("{a:..}", 4, ".. gives several values")]
    [InlineData("{a:[.b]}", 4, "Arrays are not supported")]
    [InlineData("{a:{b:1}}", 4, "Objects within the object")]
    [InlineData("{a:$x}", 4, "Variables are not supported")]
    [InlineData("{a:@base64}", 4, "Formats such as @text")]
    [InlineData("{a:(.b, .c)}", 7, "Several values, parted by a comma")]
    [InlineData("{a:.b|test(\"x\")}", 7, "The function test is not supported; allowed are ascii_downcase")]
    [InlineData("{a:now}", 4, "The function now is not supported")]
    [InlineData("{a:.b|split}", 7, "split with 0 arguments")]
    [InlineData("{a:.b|strftime(\"%Q\")}", 16, "The format has %Q")]
    [InlineData("{a:reduce .b as $x (0;1)}", 4, "reduce is not supported here")]
    [InlineData("{a:if .b then .c end}", 18, "else is missing")]
    [InlineData("{a:\"x}", 4, "The text is not closed")]
    [InlineData("{a:\"\\q\"}", 5, "The escape is none of")]
    [InlineData("{a:.1b}", 5, "begins with a letter")]
    [InlineData("{a:.b |= 1}", 7, "|= is not supported")]
    public void What_is_beyond_the_subset_is_refused_by_position(string text, int position, string message)
    {
        Assert.Null(JqQuery.Parse(text, out var error));
        Assert.Equal(position, error!.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_nested_without_end_is_refused()
    {
        Assert.Null(JqQuery.Parse($"{{a:{new string('(', 3_000)}", out var parentheses));
        Assert.Null(JqQuery.Parse($"{{a:{new string('-', 3_000)}1}}", out var signs));

        Assert.Contains("nested deeper", parentheses!.Message, StringComparison.Ordinal);
        Assert.Contains("nested deeper", signs!.Message, StringComparison.Ordinal);
    }

    [Property]
    public void No_text_makes_the_parser_throw(string? text) => Assert.NotEqual(JqQuery.Parse("{a:" + text, out var error) is null, error is null);

    private static (string? Problem, string? Value) Run(string query)
    {
        using var json = JsonDocument.Parse(Record);
        var values = new string[1];
        var problem = Parse(query).Read(json.RootElement, values);
        return (problem, values[0]);
    }

    private static JqQuery Parse(string query) => JqQuery.Parse(query, out var error) ?? throw new FormatException(error!.ToString());
}
