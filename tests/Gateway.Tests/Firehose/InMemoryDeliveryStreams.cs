using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>Delivery streams that deliver nothing: their records stay in the streams that are put to.</summary>
public sealed class InMemoryDeliveryStreams(IStreams streams, TimeProvider time, int shards = 2) : IDeliveryStreams
{
    private readonly ConcurrentDictionary<DeliveryStreamId, DeliveryStream> _all = new();
    private int _lives;

    public DeliveryStatus StatusOfNew { get; set; } = DeliveryStatus.Active;

    /// <summary>Answers all but lists with this; null for what is so.</summary>
    public DeliveryResult? Instead { get; set; }

    /// <summary>Done once one was described.</summary>
    public Action? OnDescribed { get; set; }

    public bool HasRoom { get; set; } = true;

    /// <summary>How often a delivery stream was asked for.</summary>
    public int Describes { get; private set; }

    public DeliveryStream this[string name] => _all[new(GatewayHost.Region, name)];

    public void Set(string name, Func<DeliveryStream, DeliveryStream> change) => _all[new(GatewayHost.Region, name)] = change(this[name]);

    public async Task<DeliveryResult> CreateAsync(NewDeliveryStream stream, CancellationToken cancel)
    {
        if (Instead is not null) return Instead;
        StreamId? puts = null;
        if (stream.Source == DeliverySource.DirectPut)
        {
            puts = new StreamId(stream.Id.Region, $"{stream.Id.Name}-puts-{++_lives}");
            await streams.CreateStreamAsync(puts.Value, shards, StreamConfiguration.Plain(StreamMode.Provisioned), cancel);
        }
        var now = time.GetUtcNow();
        var made = new DeliveryStream(
            stream.Id, stream.Source, stream.Stream, stream.SourceRoleArn, puts, StatusOfNew, 1, now, null, now, stream.Destination, stream.EncryptionKey, stream.Tags);
        return _all.TryAdd(stream.Id, made) ? new DeliveryResult.Done(made) : new DeliveryResult.AlreadyExists();
    }

    /// <summary>What checks find.</summary>
    public IReadOnlyList<DestinationProblem> Problems { get; set; } = [];

    public IReadOnlyList<DestinationProblem> Check(DeliveryStreamId stream, DeliveryDestination destination) => Problems;

    public Task<DeliveryResult> DescribeAsync(DeliveryStreamId stream, CancellationToken cancel)
    {
        Describes++;
        var answer = Answer(stream, found => new DeliveryResult.Done(found));
        OnDescribed?.Invoke();
        return answer;
    }

    public Task<DeliveryNames> ListAsync(string region, DeliverySource? type, string? exclusiveStart, int limit, CancellationToken cancel)
    {
        var names = _all.Values.Where(s => s.Id.Region == region && (type is null || s.Source == type)).Select(s => s.Id.Name)
            .Where(n => exclusiveStart is null || string.CompareOrdinal(n, exclusiveStart) > 0).Order(StringComparer.Ordinal).ToList();
        return Task.FromResult(new DeliveryNames([.. names.Take(limit)], names.Count > limit));
    }

    public Task<ImmutableArray<StreamDelivery>> OfStreamsAsync(string region, CancellationToken cancel) => Task.FromResult<ImmutableArray<StreamDelivery>>(
        [.. _all.Values.Where(s => s.Id.Region == region && s.Stream is not null).OrderBy(s => s.Id.Name, StringComparer.Ordinal).Select(s => new StreamDelivery(s.Id, s.Stream!.Value, s.Destination))]);

    public Task<DeliveryResult> UpdateAsync(DeliveryStreamId stream, long version, DeliveryDestination destination, CancellationToken cancel) =>
        Answer(stream, found => found.Version == version
            ? Changed(found with { Destination = destination, Version = version + 1, UpdatedAt = time.GetUtcNow() })
            : new DeliveryResult.VersionDiffers(found.Version));

    public Task<DeliveryResult> TagAsync(
        DeliveryStreamId stream, ImmutableSortedDictionary<string, string> add, ImmutableArray<string> remove, CancellationToken cancel) =>
        Answer(stream, found => Changed(found with { Tags = found.Tags.SetItems(add).RemoveRange(remove) }));

    public async Task<DeliveryResult> DeleteAsync(DeliveryStreamId stream, CancellationToken cancel)
    {
        if (Instead is not null) return Instead;
        if (!_all.TryRemove(stream, out var found)) return new DeliveryResult.NotFound();
        if (found.Puts is { } puts) await streams.DeleteStreamAsync(puts, cancel);
        return new DeliveryResult.Done(found);
    }

    public Task<DeliveryResult> EncryptAsync(DeliveryStreamId stream, string? keyId, CancellationToken cancel) =>
        Answer(stream, found => Changed(found with { EncryptionKey = keyId }));

    private Task<DeliveryResult> Answer(DeliveryStreamId stream, Func<DeliveryStream, DeliveryResult> decide) =>
        Task.FromResult(Instead ?? (_all.TryGetValue(stream, out var found) ? decide(found) : new DeliveryResult.NotFound()));

    private DeliveryResult.Done Changed(DeliveryStream stream)
    {
        _all[stream.Id] = stream;
        return new DeliveryResult.Done(stream);
    }
}
