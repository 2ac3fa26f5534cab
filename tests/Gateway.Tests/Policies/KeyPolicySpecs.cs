using System.Text.Json;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Policies;

namespace ActorStreams.Gateway.Tests.Policies;

/// <summary>Keys with a policy of their own.</summary>
public sealed class KeyPolicySpecs : PolicySpecs
{
    private const string Put = """{"StreamName":"s","PartitionKey":"k","Data":"AA=="}""";
    private const string Stream = """{"StreamName":"s"}""";
    private const string User = $"{Account}:user/limited";

    // Writes to s, reads whatever begins with "pub", may do nothing to "pub-secret".
    private static readonly AccessKey s_limited = new("AKLIMITED", "secret")
    {
        UserName = "limited",
        Policy = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["kinesis:Put*","kinesis:CreateStream"],"Resource":"arn:aws:kinesis:*:*:stream/s"},
              {"Effect":"Allow","Action":["kinesis:Describe*","kinesis:GetShardIterator","kinesis:GetRecords"],"Resource":"arn:aws:kinesis:*:*:stream/pub*"},
              {"Effect":"Allow","Action":"kinesis:ListStreams","Resource":"*"},
              {"Effect":"Deny","Action":"kinesis:*","Resource":"arn:aws:kinesis:*:*:stream/pub-secret"}]}
            """,
    };

    // Everything but what is done to consumers.
    private static readonly AccessKey s_wide = new("AKWIDE", "secret")
    {
        Policy = """
            {"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
              {"Effect":"Deny","Action":"*","Resource":"arn:aws:kinesis:*:*:stream/*/consumer/c:17*"}]}
            """,
    };

    private static readonly AccessKey s_foreign = new("AKFOREIGN", "secret")
    {
        AccountId = OtherAccount,
        UserName = "foreign",
        Policy = """{"Statement":{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*"}}""",
    };

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [Owner, s_limited, s_wide, s_foreign] });

    [Fact]
    public async Task A_key_may_do_what_its_policy_allows_and_nothing_else()
    {
        await CreateAsync("s");

        (await CallAsync(s_limited, "PutRecord", Put)).AssertOk();
        (await CallAsync(s_limited, "ListStreams", "{}")).AssertOk();
        AssertNotAllowedByKey(await CallAsync(s_limited, "DescribeStream", Stream), "DescribeStream", Arn);
        AssertNotAllowedByKey(await CallAsync(s_limited, "DeleteStream", Stream), "DeleteStream", Arn);
        AssertNotAllowedByKey(await CallAsync(s_limited, "DescribeLimits", "{}"), "DescribeLimits");
        (await CallAsync(Owner, "DescribeStream", Stream)).AssertOk();
    }

    [Fact]
    public async Task What_is_refused_is_not_done()
    {
        await CreateAsync("s");
        var before = (await CallAsync(Owner, "DescribeStream", Stream)).AssertOk().ToJsonString();

        await CallAsync(s_limited, "IncreaseStreamRetentionPeriod", """{"StreamName":"s","RetentionPeriodHours":48}""");
        await CallAsync(s_limited, "AddTagsToStream", """{"StreamName":"s","Tags":{"a":"b"}}""");
        await CallAsync(s_limited, "DeleteStream", Stream);

        Assert.Equal(before, (await CallAsync(Owner, "DescribeStream", Stream)).AssertOk().ToJsonString());
    }

    [Fact]
    public async Task A_stream_may_be_created_by_name_and_one_that_is_not_there_is_not_told_of()
    {
        AssertNotAllowedByKey(
            await CallAsync(s_limited, "CreateStream", """{"StreamName":"other","ShardCount":1}"""), "CreateStream", ArnOf("other"));
        (await CallAsync(s_limited, "CreateStream", """{"StreamName":"s","ShardCount":1}""")).AssertOk();

        AssertNotAllowedByKey(await CallAsync(s_limited, "DescribeStream", """{"StreamName":"none"}"""), "DescribeStream", ArnOf("none"));
        (await CallAsync(s_limited, "DescribeStream", """{"StreamName":"public"}""")).AssertError("ResourceNotFoundException", $"Stream public under account {Account} not found.");
    }

    [Fact]
    public async Task A_denial_of_the_key_outweighs_what_it_and_the_stream_allow()
    {
        await CreateAsync("pub-secret");
        var arn = ArnOf("pub-secret");
        await AttachAsync(Policy("Allow", $"arn:aws:iam::{Account}:user/limited", "kinesis:*", arn), arn);

        var answer = await CallAsync(s_limited, "DescribeStream", """{"StreamName":"pub-secret"}""");

        answer.AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{User} is not authorized to perform: kinesis:DescribeStream on resource: {arn} with an explicit deny in an identity-based policy");
    }

    [Theory]
    [InlineData("arn:aws:", "arn:aws-cn:")]
    [InlineData("/consumer/c:", "/consumer/c:0")]
    public async Task Another_way_to_write_the_arn_of_a_consumer_passes_by_no_policy(string written, string otherwise)
    {
        await CreateAsync("pub-secret");
        var consumer = await Gateway.ConsumerAsync("c", "pub-secret");
        var arn = consumer.Replace(written, otherwise, StringComparison.Ordinal);
        Assert.NotEqual(consumer, arn);

        foreach (var operation in (string[])["ListTagsForResource", "GetResourcePolicy"])
        {
            Assert.Contains("AccessDeniedException", (await CallAsync(s_wide, operation, new { ResourceARN = arn })).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task In_one_account_it_is_enough_that_the_policy_of_the_stream_allows()
    {
        await CreateAsync("s");
        await AttachAsync(Policy("Allow", $"arn:aws:iam::{User}", "kinesis:DescribeStream"));

        (await CallAsync(s_limited, "DescribeStream", Stream)).AssertOk();
    }

    [Fact]
    public async Task A_key_of_another_account_needs_both_policies()
    {
        await CreateAsync("s");
        await AttachAsync(Policy("Allow", $"arn:aws:iam::{OtherAccount}:user/foreign", "kinesis:*"));

        (await CallAsync(s_foreign, "PutRecord", $$"""{"StreamARN":"{{Arn}}","PartitionKey":"k","Data":"AA=="}""")).AssertOk();
        (await CallAsync(s_foreign, "ListShards", $$"""{"StreamARN":"{{Arn}}"}""")).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{OtherAccount}:user/foreign is not authorized to perform: kinesis:ListShards on resource: {Arn} because no identity-based policy allows the kinesis:ListShards action");
    }

    [Theory]
    [InlineData("{}", "Statement in the document is missing.")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}""", "Principal in statement 1 is not supported")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}}""", "Condition in statement 1 is not supported")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"orders"}}""", "Resource in statement 1 is 'orders'; allowed are \"*\" and ARNs")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"s3:Get","Resource":"*"}}""", "Action in statement 1 is 's3:Get'; allowed are actions that begin with kinesis:")]
    [InlineData("not json", "it is not JSON.")]
    public void A_policy_that_is_none_stops_the_start_and_is_explained(string policy, string why)
    {
        var problem = Assert.Single(new GatewayOptions { AccessKeys = [Owner with { Policy = policy }] }.Problems());

        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Contains(Owner.AccessKeyId, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_may_lie_in_a_file_that_can_be_read()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, s_limited.Policy);

        Assert.Empty(new GatewayOptions { AccessKeys = [Owner with { PolicyFile = file }] }.Problems());
        File.Delete(file);
        Assert.Contains("can't be read", Assert.Single(new GatewayOptions { AccessKeys = [Owner with { PolicyFile = file }] }.Problems()), StringComparison.Ordinal);
        Assert.Contains(
            "both", Assert.Single(new GatewayOptions { AccessKeys = [Owner with { Policy = s_limited.Policy, PolicyFile = file }] }.Problems()), StringComparison.Ordinal);
    }

    private async Task CreateAsync(string stream) => (await CallAsync(Owner, "CreateStream", new { StreamName = stream, ShardCount = 1 })).AssertOk();

    private static string ArnOf(string stream) => Arn[..^1] + stream;

    private static void AssertNotAllowedByKey(Answer answer, string operation, string? arn = null) => answer.AssertError(
        "AccessDeniedException",
        $"User: arn:aws:iam::{User} is not authorized to perform: kinesis:{operation}{(arn is null ? "" : $" on resource: {arn}")} because no identity-based policy allows the kinesis:{operation} action");
}
