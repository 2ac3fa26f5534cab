using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>Two coordinators over one real store, as where one was stopped, lost its lease, and woke.</summary>
public sealed class CoordinatorFencingSpecs : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-coordinators-").FullName;

    private readonly PipelineMetrics _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_coordinator_that_was_replaced_acknowledges_nothing()
    {
        await using var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _folder }, more: PipelineSerialization.Config);
        var former = await StartAsync(host);
        var successor = await StartAsync(host);
        var ended = former.WatchAsync();

        former.Tell(new StartApplication(A.Definition()));

        Assert.True(await ended.WaitAsync(s_patience));
        Assert.Empty((await successor.Ask<PipelinesStatus>(GetStatus.Instance, s_patience)).Applications);
        Assert.False((await successor.Ask<ApplicationDone>(new StartApplication(A.Definition()), s_patience)).WasThere);
    }

    /// <summary>A write that a busy machine's store does not answer in time stops it; then another one is started.</summary>
    private async Task<IActorRef> StartAsync(ShardsHost host)
    {
        var services = new LeaseServices(
            new FakeStreams(TimeProvider.System), ActorRefs.Nobody, TimeProvider.System, _metrics, new ConsumerOptions(), CancellationToken.None);
        for (var attempt = 1; ; attempt++)
        {
            var coordinator = host.System.ActorOf(CoordinatorActor.Props([], services));
            try
            {
                await coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience);
                return coordinator;
            }
            catch (AskTimeoutException) when (attempt < 3)
            {
            }
        }
    }
}
