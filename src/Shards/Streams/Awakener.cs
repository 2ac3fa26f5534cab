using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Event;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// Makes sure, again and again, that every catalogue is awake, which in turn wakes its streams. Cluster sharding starts an entity that was lost
/// with its node, or moved, only at the next message to it; a stream that nobody asks for would neither give up its old records nor
/// finish a reshard that it had begun.
/// </summary>
internal sealed class Awakener : ReceiveActor
{
    private readonly ShardServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ITimer? _timer;

    public Awakener(ShardServices services)
    {
        _services = services;
        ReceiveAsync<Tick>(_ => WakeAsync());
        Receive<CatalogueProtocol.Awake>(_ => { });
    }

    protected override void PreStart()
    {
        var self = Self;
        var interval = _services.Options.AwakenInterval;
        _timer = _services.Time.CreateTimer(_ => self.Tell(Tick.Instance), null, interval, interval);
    }

    protected override void PostStop() => _timer?.Dispose();

    private async Task WakeAsync()
    {
        var catalogues = Regions.Of(Context.System, Regions.Catalogues);
        try
        {
            // Asked for each time: another node may have created the first stream of a region.
            foreach (var id in await _services.Journal.PersistenceIdsAsync(Regions.CataloguePrefix, CancellationToken.None))
                catalogues.Tell(new CatalogueProtocol.Wake(id[Regions.CataloguePrefix.Length..]), Self);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or TimeoutException or ObjectDisposedException)
        {
            // The store is away, or the node stops: the next round comes.
            _log.Debug("The catalogues were not told to be awake: {0}", e.Message);
        }
    }

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
