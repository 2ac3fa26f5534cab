using ActorStreams.Hosting.Settings;
using ActorStreams.Shards.Log;
using Microsoft.Extensions.Options;

namespace ActorStreams.Node.Settings;

internal sealed class ShardOptionsValidator : IValidateOptions<ShardOptions>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ShardOptions options)
    {
        var bounds = new Bounds();
        bounds.Check(nameof(options.ShardQuota), options.ShardQuota, 0, 1_000_000);
        // Below, a PutRecords of the full size would not fit into one flush.
        bounds.Check(nameof(options.FlushBytesMax), options.FlushBytesMax, 64 << 10, 64 << 20);
        bounds.Check(nameof(options.FlushRecordsMax), options.FlushRecordsMax, 500, 1_000_000);
        bounds.Check(nameof(options.QueueBytesMax), options.QueueBytesMax, 16 << 20, 1 << 30);
        bounds.Check(nameof(options.IncomingBytesMax), options.IncomingBytesMax, 1 << 20, 1L << 40);
        bounds.Check(nameof(options.TailBytesMax), options.TailBytesMax, 0, 1 << 30);
        bounds.Check(nameof(options.NodeTailBytesMax), options.NodeTailBytesMax, 0, 1L << 40);
        bounds.Check(nameof(options.SnapshotBytesMax), options.SnapshotBytesMax, 64 << 10, 1L << 32);
        bounds.Check(nameof(options.SnapshotRowsMax), options.SnapshotRowsMax, 10, 100_000);
        bounds.Check(nameof(options.RetryWindow), options.RetryWindow, TimeSpan.Zero, ShardOptions.RetryWindowMax);
        bounds.Check(nameof(options.RetryCallsMax), options.RetryCallsMax, 64, 10_000_000);
        bounds.Check(nameof(options.NodeRetryCallsMax), options.NodeRetryCallsMax, 64, 1L << 32);
        bounds.Check(nameof(options.TipTrust), options.TipTrust, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        bounds.Check(nameof(options.WriteTrust), options.WriteTrust, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        bounds.Check(nameof(options.LostShardHold), options.LostShardHold, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        bounds.Check(nameof(options.RetentionSweepInterval), options.RetentionSweepInterval, TimeSpan.FromMilliseconds(100), Day);
        bounds.Check(nameof(options.AwakenInterval), options.AwakenInterval, TimeSpan.FromMilliseconds(100), Day);
        bounds.Check(nameof(options.DeleteRowsStep), options.DeleteRowsStep, 1, 10_000);
        bounds.Check(nameof(options.DeleteBytesStep), options.DeleteBytesStep, 64 << 10, 1 << 30);
        bounds.Check(nameof(options.HoldPuts), options.HoldPuts, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        bounds.Check(nameof(options.AnswerTimeout), options.AnswerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        foreach (var problem in options.OnDemand.Problems()) bounds.Fail($"{nameof(options.OnDemand)}:", problem);
        return bounds.Result;
    }
}
