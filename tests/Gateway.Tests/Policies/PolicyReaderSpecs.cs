using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Tests.Kinesis;

namespace ActorStreams.Gateway.Tests.Policies;

public sealed class PolicyReaderSpecs
{
    private const string Arn = "arn:aws:kinesis:eu-central-1:000000000000:stream/s";
    private const string Consumer = Arn + "/consumer/c:1772366400";
    private static readonly Caller Ann = new("AKANN", "111111111111", "ann", IsTrusted: false);
    private static readonly Caller Bob = new("AKBOB", "111111111111", "bob", IsTrusted: false);
    private static readonly Caller Zoe = new("AKZOE", "222222222222", "zoe", IsTrusted: false);

    [Theory]
    [InlineData("\"*\"", true, true, true)]
    [InlineData("{\"AWS\":\"*\"}", true, true, true)]
    [InlineData("{\"AWS\":\"111111111111\"}", true, true, false)]
    [InlineData("{\"AWS\":\"arn:aws:iam::111111111111:root\"}", true, true, false)]
    [InlineData("{\"AWS\":\"arn:aws:iam::111111111111:user/ann\"}", true, false, false)]
    [InlineData("{\"AWS\":[\"arn:aws:iam::111111111111:user/bob\",\"222222222222\"]}", false, true, true)]
    public void A_principal_means_an_account_a_user_or_everybody(string principal, bool ann, bool bob, bool zoe)
    {
        var policy = Read(Statement(principal: principal));

        Assert.Equal((ann, bob, zoe), (Allows(policy, Ann), Allows(policy, Bob), Allows(policy, Zoe)));

        static bool Allows(PolicyDocument policy, Caller caller) => policy.Judge(caller, "PutRecord", Arn) == PolicyVerdict.Allowed;
    }

    [Theory]
    [InlineData("\"Action\":\"kinesis:DeleteStrem\"", "Deny")]
    [InlineData("\"Action\":[\"kinesis:DeleteStream\",\"kinesis:PutRecrod\"]", "Allow")]
    [InlineData("\"NotAction\":\"kinesis:DeleteStrem\"", "Allow")]
    [InlineData("\"Action\":\"firehose:PutRecords\"", "Allow")]
    [InlineData("\"Action\":\"kinesis:Xyz*\"", "Deny")]
    public void An_action_that_names_no_operation_is_refused_and_named(string action, string effect)
    {
        var refused = Assert.Throws<PolicyException>(() => PolicyReader.ReadOfKey($$$"""{"Statement":{"Effect":"{{{effect}}}",{{{action}}},"Resource":"*"}}"""));

        Assert.Contains("is no operation of the API", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_operation_of_the_endpoint_can_be_named()
    {
        var actions = typeof(PolicyReader).Assembly.GetTypes().Where(t => !t.IsAbstract && t.GetInterfaces().Any(i => i.Name == "IApiAction")).ToList();
        var names = actions.Select(t => (IsFirehose: t.Namespace!.EndsWith("Firehose", StringComparison.Ordinal), t.Name)).ToList();

        Assert.Equal(names.Where(n => !n.IsFirehose).Select(n => n.Name).Order(), KnownOperations.OfKinesis.Order());
        Assert.Equal(names.Where(n => n.IsFirehose).Select(n => n.Name).Order(), KnownOperations.OfFirehose.Order());
    }

    [Theory]
    [InlineData("\"Action\":\"kinesis:PutRecord\"", "PutRecord")]
    [InlineData("\"Action\":\"Kinesis:putrecord\"", "PutRecord")]
    [InlineData("\"Action\":\"kinesis:Put*\"", "PutRecord PutRecords")]
    [InlineData("\"Action\":\"kinesis:PutRecord?\"", "PutRecords")]
    [InlineData("\"Action\":[\"kinesis:Get*\",\"kinesis:ListShards\"]", "GetRecords GetShardIterator ListShards")]
    [InlineData("\"Action\":\"kinesis:*s\"", "GetRecords ListShards PutRecords")]
    [InlineData("\"NotAction\":[\"kinesis:Put*\",\"kinesis:D*\"]", "GetRecords GetShardIterator ListShards")]
    [InlineData("\"Action\":\"*\"", "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords")]
    [InlineData("\"Action\":\"kinesis:*\"", "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords")]
    public void An_action_covers_operations_by_name_and_by_wildcard(string action, string covered)
    {
        var policy = Read(Statement(action: action));

        var allowed = SharedOperations.OfStreams.Where(o => policy.Judge(Ann, o, Arn) == PolicyVerdict.Allowed);

        Assert.Equal(covered, string.Join(' ', allowed.Order()));
    }

    [Fact]
    public void A_denial_outweighs_whatever_is_allowed_in_any_order()
    {
        var allow = Statement();
        var deny = Statement(effect: "Deny", principal: "{\"AWS\":\"arn:aws:iam::111111111111:user/ann\"}");
        foreach (var statements in (string[])[$"[{allow},{deny}]", $"[{deny},{allow}]"])
        {
            var policy = PolicyReader.Read($"{{\"Version\":\"2012-10-17\",\"Id\":\"x\",\"Statement\":{statements}}}", Arn, SharedOperations.OfStreams);

            Assert.Equal(PolicyVerdict.Denied, policy.Judge(Ann, "PutRecord", Arn));
            Assert.Equal(PolicyVerdict.Allowed, policy.Judge(Zoe, "PutRecord", Arn));
            Assert.Equal(PolicyVerdict.Silent, policy.Judge(Ann, "GetRecords", Arn));
        }
    }

    [Theory]
    [InlineData(Arn)]
    [InlineData("arn:aws:kinesis:*:*:stream/s")]
    [InlineData("*")]
    public void A_resource_is_the_one_it_is_attached_to(string resource) => Read(Statement(resource: $"[\"{resource}\"]"));

    [Fact]
    public void A_policy_of_a_consumer_is_about_operations_on_consumers()
    {
        var text = $"{{\"Statement\":{Statement(action: "\"Action\":\"kinesis:SubscribeToShard\"", resource: $"\"{Consumer}\"")}}}";

        var policy = PolicyReader.Read(text, Consumer, SharedOperations.OfConsumers);

        Assert.Equal(PolicyVerdict.Allowed, policy.Judge(Ann, "SubscribeToShard", Arn));
        Assert.Equal(
            "Action in statement 1 'kinesis:SubscribeToShard' is none that this resource can be shared for; allowed are kinesis:DescribeStream, "
            + "kinesis:DescribeStreamSummary, kinesis:GetRecords, kinesis:GetShardIterator, kinesis:ListShards, kinesis:PutRecord, "
            + "kinesis:PutRecords, and wildcards that cover one of them.",
            Refused($"{{\"Statement\":{Statement(action: "\"Action\":\"kinesis:SubscribeToShard\"")}}}"));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "", "it is not JSON." },
        { "{", "it is not JSON." },
        { "[]", "the document must be an object with Version, Id and Statement." },
        { "{}", "Statement in the document is missing." },
        { "{\"Statement\":[]}", "Statement in the document is empty." },
        { "{\"Statement\":1}", "statement 1 must be an object with Sid, Effect, Principal, Action, NotAction and Resource." },
        { "{\"Version\":\"2025-01-01\",\"Statement\":[]}", "Version in the document is neither \"2012-10-17\" nor \"2008-10-17\"." },
        { "{\"Statements\":[]}", "Statements in the document is not supported; allowed are Version, Id and Statement." },
        { "{\"Id\":1,\"Statement\":[]}", "Id in the document must be a string." },
        { "{\"Statement\":[],\"Statement\":[]}", "Statement in the document is given twice." },
        { "{\"Id\":\"\\ud800\",\"Statement\":[]}", "a string holds half of a surrogate pair." },
        { In(Statement(more: "\"Condition\":{}")), "Condition in statement 1 is not supported; allowed are Sid, Effect, Principal, Action, NotAction and Resource." },
        { In(Statement(more: "\"NotResource\":\"*\"")), "NotResource in statement 1 is not supported; allowed are Sid, Effect, Principal, Action, NotAction and Resource." },
        { In(Statement(more: "\"NotPrincipal\":\"*\"")), "NotPrincipal in statement 1 is not supported; allowed are Sid, Effect, Principal, Action, NotAction and Resource." },
        { In(Statement(principal: "{\"Service\":\"lambda.amazonaws.com\"}")), "Service in statement 1 is not supported; allowed are AWS in Principal." },
        { In(Statement(principal: "{\"Federated\":\"x\"}")), "Federated in statement 1 is not supported; allowed are AWS in Principal." },
        { In(Statement(principal: "{}")), "Principal in statement 1 names nobody; allowed are \"*\" and {\"AWS\": ...}." },
        { In(Statement(principal: "\"111111111111\"")), "Principal in statement 1 is a string other than \"*\"; allowed are \"*\" and {\"AWS\": ...}." },
        { In(Statement(principal: "{\"AWS\":[]}")), "Principal in statement 1 is empty." },
        { In(Statement(principal: "{\"AWS\":7}")), "Principal in statement 1 must be a string or a list of strings." },
        { In(Statement(principal: "{\"AWS\":\"arn:aws:iam::111111111111:role/r\"}")), "Principal in statement 1 names 'arn:aws:iam::111111111111:role/r'; "
            + "allowed are \"*\", an account of 12 digits, arn:aws:iam::<account>:root and arn:aws:iam::<account>:user/<name>." },
        { In(Statement(principal: "{\"AWS\":\"arn:aws:iam::111111111111:user/*\"}")), "Principal in statement 1 names 'arn:aws:iam::111111111111:user/*'; "
            + "allowed are \"*\", an account of 12 digits, arn:aws:iam::<account>:root and arn:aws:iam::<account>:user/<name>." },
        { In(Statement(effect: "allow")), "Effect in statement 1 is 'allow'; allowed are Allow and Deny." },
        { In(Statement(action: "\"Action\":\"s3:Get*\"")), "Action in statement 1 is 's3:Get*'; allowed are actions that begin with kinesis:, and \"*\"." },
        { In(Statement(action: "\"Action\":\"kin*\"")), "Action in statement 1 is 'kin*'; allowed are actions that begin with kinesis:, and \"*\"." },
        { In(Statement(action: "\"Action\":[null]")), "Action in statement 1 must be a string." },
        { In(Statement(action: "\"Action\":\"kinesis:*\",\"NotAction\":\"kinesis:*\"")), "Action in statement 1 must be given, or NotAction in its place, not both." },
        { In(Statement(action: "\"Sid\":\"x\"")), "Action in statement 1 must be given, or NotAction in its place, not both." },
        { In(Statement(resource: "\"arn:aws:kinesis:eu-central-1:000000000000:stream/t\"")), "Resource in statement 1 is "
            + "'arn:aws:kinesis:eu-central-1:000000000000:stream/t'; allowed is the ARN that the policy is attached to, "
            + "arn:aws:kinesis:eu-central-1:000000000000:stream/s, and wildcards that match it." },
        { $"{{\"Statement\":[{Statement()},{{\"Effect\":\"Allow\"}}]}}", "Principal in statement 2 is missing." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_not_supported_is_named_and_never_passed_over(string text, string message) => Assert.Equal(message, Refused(text));

    [Fact]
    public void Twenty_kibibytes_are_read_and_a_byte_more_is_not()
    {
        var plain = In(Statement());
        var largest = plain + new string(' ', PolicyReader.BytesMax - plain.Length);

        PolicyReader.Read(largest, Arn, SharedOperations.OfStreams);

        Assert.Equal("it has 20481 bytes; allowed are 20480.", Refused(largest + " "));
    }

    [Fact]
    public void A_policy_that_cannot_be_read_any_more_lets_nobody_in() =>
        Assert.Equal(PolicyVerdict.Denied, PolicyReader.ReadAttached("{\"Statement\":{\"Condition\":{}}}").Judge(Ann, "GetRecords", Arn));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Spoiled_documents_are_read_or_refused(int seed)
    {
        var mutator = new Mutator(seed);
        string[] corpus =
        [
            In(Statement()), In(Statement(effect: "Deny", principal: "\"*\"", action: "\"NotAction\":[\"kinesis:Put*\"]")),
            $"{{\"Version\":\"2012-10-17\",\"Id\":\"i\",\"Statement\":[{Statement(more: "\"Sid\":\"s\"")},{Statement(principal: "{\"AWS\":[\"*\"]}")}]}}",
        ];
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = System.Text.Encoding.UTF8.GetString(mutator.Mutate(mutator.Pick(corpus)));
            try
            {
                PolicyReader.Read(text, Arn, SharedOperations.OfStreams).Judge(Ann, "PutRecord", Arn);
                read++;
            }
            catch (PolicyException e)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(read, 50, 19_000);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c*", "ac", true)]
    [InlineData("a*b*c", "abbbb", false)]
    [InlineData("?", "", false)]
    [InlineData("**?", "ab", true)]
    [InlineData("A", "a", false)]
    public void Wildcards_match_whole_texts(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Wildcard.Matches(pattern, text, ignoreCase: false));

    private static PolicyDocument Read(string statement) => PolicyReader.Read(In(statement), Arn, SharedOperations.OfStreams);

    private static string Refused(string text) =>
        Assert.Throws<PolicyException>(() => PolicyReader.Read(text, Arn, SharedOperations.OfStreams)).Message;

    private static string In(string statement) => $"{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}";

    private static string Statement(
        string effect = "Allow",
        string principal = "\"*\"",
        string action = "\"Action\":\"kinesis:PutRecord\"",
        string resource = $"\"{Arn}\"",
        string? more = null) =>
        $"{{\"Effect\":\"{effect}\",\"Principal\":{principal},{action},\"Resource\":{resource}{(more is null ? "" : "," + more)}}}";
}
