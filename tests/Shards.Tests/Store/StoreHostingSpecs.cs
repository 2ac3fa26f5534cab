using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static ActorStreams.Shards.Tests.Store.EventWriter;

namespace ActorStreams.Shards.Tests.Store;

public class StoreHostingSpecs
{
    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_host_with_the_store_writes_to_it_and_keeps_its_password_out_of_the_settings(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddAkka("hosted", akka => akka
                .AddHocon(RawEventSerializer.Hocon, HoconAddMode.Prepend)
                .WithStore(store.Options)))
            .Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();

        var wrote = await system.ActorOf(Props("hosted")).Ask<Wrote>(new RawEvent("B1", [1]), TimeSpan.FromSeconds(20));

        Assert.Equal(1, wrote.Row);
        Assert.Equal(1, await store.Store.Journal.HighestRowAsync("hosted", CancellationToken.None));
        var settings = system.Settings.Config;
        Assert.Equal(20_000, settings.GetInt("akka.persistence.journal.sql.buffer-size"));
        Assert.Equal(32, settings.GetInt("akka.persistence.journal.sql.replay-batch-size"));
        Assert.False(settings.GetBoolean("akka.persistence.journal.sql.auto-initialize", true));
        Assert.DoesNotContain(PostgresServer.Password, settings.Root.ToString(), StringComparison.Ordinal);
        await host.StopAsync();
    }
}
