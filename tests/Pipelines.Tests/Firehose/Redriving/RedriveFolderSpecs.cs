using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;

namespace ActorStreams.Pipelines.Tests.Firehose.Redriving;

/// <summary>The folder of who sends again, where not all goes well.</summary>
public sealed class RedriveFolderSpecs
{
    [Fact]
    public async Task One_that_cannot_be_made_is_not_in_use()
    {
        var step = new Step();
        await using var rig = new DeliveryRig { Steps = [step] };
        var noFolder = Path.Combine(rig.SpoolFolder, "a-file");
        await File.WriteAllTextAsync(noFolder, "");
        var services = rig.Services with { SpoolFolder = noFolder };

        await Assert.ThrowsAnyAsync<IOException>(() => new Redriver(services, rig.Time).ListAsync(DeliveryRig.Definition, default));

        Assert.False(services.SpoolUse.IsUsed(noFolder));
        Assert.Equal(1, step.Disposals);
    }

    [Fact]
    public async Task It_goes_and_is_let_go_of_whatever_cannot_be_closed()
    {
        await using var rig = new DeliveryRig { Steps = [new Step { Problem = new InvalidOperationException("as told") }] };
        var services = rig.Services;

        await Assert.ThrowsAsync<InvalidOperationException>(() => new Redriver(services, rig.Time).ListAsync(DeliveryRig.Definition, default));

        Assert.False(services.SpoolUse.IsUsed(rig.SpoolFolder));
        Assert.Empty(Directory.EnumerateDirectories(rig.SpoolFolder, "redrive-*", SearchOption.AllDirectories));
    }

    private sealed class Step : IRecordStep, IDisposable
    {
        /// <summary>That it is closed with.</summary>
        public Exception? Problem { get; init; }

        public int Disposals { get; private set; }

        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel) => throw new NotSupportedException();

        public void Dispose()
        {
            Disposals++;
            if (Problem is not null) throw Problem;
        }
    }
}
