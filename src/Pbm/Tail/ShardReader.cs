using System.Globalization;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;

namespace ActorStreams.Pbm.Tail;

/// <summary>Pages of a shard's records.</summary>
internal sealed class ShardReader(ManagementClient client, string region, ShardName shard)
{
    public const int PageRecordsMax = 1000;

    /// <param name="wait">How long an empty page may wait for a record, at most 20 s.</param>
    public async Task<RecordsAnswer> ReadAsync(StartingPoint from, int limit, TimeSpan wait, CancellationToken cancel)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"{from.Query}&limit={limit}&wait={(int)wait.TotalSeconds}");
        var answer = await client.GetAsync($"{Paths.Shard(region, shard)}/records?{query}", cancel, wait);
        return answer.Read(ContractJson.Default.RecordsAnswer);
    }
}
