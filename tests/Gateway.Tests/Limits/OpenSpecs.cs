using System.Text;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>The default holds nobody to a rate, on a clock that stands still.</summary>
public sealed class OpenSpecs : GatewaySpecs
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task Nothing_is_refused_for_its_rate()
    {
        await Gateway.StreamAsync();
        var many = new StringBuilder("{\"StreamName\":\"s\",\"Records\":[");
        for (var i = 0; i < 500; i++) many.Append("{\"PartitionKey\":\"k\",\"Data\":\"\"},");
        var body = many.ToString(0, many.Length - 1) + "]}";
        var large = Convert.ToBase64String(new byte[Mebibyte - 1]);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(0, (int)(await Gateway.CallAsync("PutRecords", body)).AssertOk()["FailedRecordCount"]!);
            (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = large })).AssertOk();
        }
        for (var i = 0; i < 25; i++)
        {
            await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());
            (await Gateway.CallAsync("ListStreams", "{}")).AssertOk();
            (await Gateway.CallAsync("DescribeStreamSummary", "{\"StreamName\":\"s\"}")).AssertOk();
        }
    }
}
