namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What can only be wrong with a body in JSON.</summary>
public sealed class JsonBodySpecs : GatewaySpecs
{
    [Theory]
    [InlineData("\"abc\"", "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3")]
    [InlineData("\"ab c\"", "'ab c' can not be converted to a Blob: Invalid Base64 character: ' '")]
    [InlineData("\"a===\"", "'a===' can not be converted to a Blob: Invalid Base64 character: '='")]
    [InlineData("\"YWJj\\nYW==\"", "'YWJj\nYW==' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 9")]
    public async Task Data_that_is_no_base64_is_named(string data, string message) =>
        (await Gateway.CallAsync("PutRecord", $"{{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":{data}}}")).AssertWrongType(message);

    [Fact]
    public async Task Half_a_surrogate_pair_is_no_text()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"\\ud800\",\"Data\":\"\"}"))
            .AssertError("SerializationException", null);
    }

    [Theory]
    [InlineData("PutRecord", "{\"StreamName\":\"s\",\"\\ud800titionKey\":\"k\",\"Data\":\"\"}")]
    [InlineData("PutRecords", "{\"StreamName\":\"s\",\"Records\":[{\"\\udc00titionKey\":\"k\",\"Data\":\"\"}]}")]
    [InlineData("DescribeStreamSummary", "{\"\\ud800reamName\":\"s\"}")]
    [InlineData("SubscribeToShard", "{\"StartingPosition\":{\"\\ud800\":1}}")]
    public async Task Half_a_surrogate_pair_is_no_name_of_a_member(string operation, string body) =>
        (await Gateway.CallAsync(operation, body)).AssertError("SerializationException", null);

    [Fact]
    public async Task A_body_that_breaks_off_is_reported_before_its_members() =>
        (await Gateway.CallAsync("PutRecords", "{\"Records\":[1,")).AssertError("SerializationException", null);
}
