namespace ActorStreams.Gateway.Tests.Auditing;

public class ControlAuditSpecs : GatewaySpecs
{
    [Fact]
    public async Task A_change_is_noted_with_who_asked_for_what_and_when()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 2, Tags = new { team = "blue" } })).AssertOk();

        var call = Assert.Single(Gateway.Audited);
        Assert.Equal(("CreateStream", GatewayHost.Region, GatewayHost.Key.AccessKeyId, "127.0.0.1"), (call.Operation, call.Region, call.AccessKeyId, call.Address));
        Assert.Equal($"arn:aws:iam::{Account}:user/{GatewayHost.Key.AccessKeyId}", call.Caller);
        Assert.Equal(Gateway.Time.GetUtcNow(), call.At);
        Assert.Equal(["ShardCount=2", "StreamName=s", "Tags=team=blue"], call.Parameters.Select(p => $"{p.Key}={p.Value}"));
        Assert.Null(call.Error);
        Assert.NotEmpty(call.RequestId);
    }

    [Fact]
    public async Task One_that_was_refused_is_noted_with_the_error()
    {
        await Gateway.CallAsync("SplitShard", new { StreamName = "none", ShardToSplit = "shardId-000000000000", NewStartingHashKey = "7" });
        await Gateway.CallAsync("DeleteStream", """{"StreamName":7}""");

        Assert.Equal(["ResourceNotFoundException", "SerializationException"], Gateway.Audited.Select(c => c.Error));
        Assert.Equal("7", Gateway.Audited.First().Parameters["NewStartingHashKey"]);
    }

    [Fact]
    public async Task Records_and_questions_are_not_noted()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 1 })).AssertOk();
        Gateway.Audited.Clear();

        await Gateway.CallAsync("PutRecord", """{"StreamName":"s","PartitionKey":"k","Data":"AA=="}""");
        await Gateway.CallAsync("DescribeStream", """{"StreamName":"s"}""");
        await Gateway.CallAsync("ListStreams", "{}");

        Assert.Empty(Gateway.Audited);
    }
}

/// <summary>The same in the other encoding.</summary>
public sealed class ControlAuditOverCborSpecs : ControlAuditSpecs
{
    protected override string ContentType => GatewayHost.Cbor;
}
