using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>A delivery stream's configuration, checked and made workable. One for each graph, which disposes of it.</summary>
public sealed record DeliveryPlan : IAsyncDisposable
{
    /// <summary>Of dynamic partitioning; a record that would open one more goes to the error output.</summary>
    public const int ActivePartitionsMax = 500;

    /// <summary>Bytes of records, before compression, of the largest partition of a batch.</summary>
    public required long BufferBytesMax { get; init; }

    /// <summary>Since the first record of a batch.</summary>
    public required TimeSpan BufferInterval { get; init; }

    public required IObjectFormat Format { get; init; }

    /// <summary>Of objects with records that failed: one JSON line each.</summary>
    public required IObjectFormat ErrorFormat { get; init; }

    public required ObjectNaming Names { get; init; }

    /// <summary>In order; a record that fails in one does not reach the next.</summary>
    public required ImmutableArray<IRecordStep> Steps { get; init; }

    /// <summary>Whether a step is told the partition key of a record, so that it is kept until then, and with those that fail.</summary>
    public bool TellsSource { get; init; }

    /// <summary>
    /// Whether a batch that is made again may come out otherwise, so that it is durable of each object which records are in it.
    /// </summary>
    public bool NotesPlaces => Steps.Any(s => !s.IsDeterministic);

    /// <summary>Where objects go, and the error output always.</summary>
    public required IObjectStore Store { get; init; }

    /// <summary>Whether the objects are written there, and not only what failed.</summary>
    public bool StoresObjects { get; init; } = true;

    /// <summary>
    /// Whether the objects hold the id, the arrival and the partition key of each record's source too, as <see cref="KeyedRecords"/> has it, all of a batch in one object.
    /// </summary>
    public bool KeepsKeys { get; init; }

    /// <summary>Where the records of the objects are loaded besides; null where the objects are all.</summary>
    public LoadPlan? Load { get; init; }

    /// <summary>Where all records are kept as they came; null where only those are that fail.</summary>
    public BackupPlan? Backup { get; init; }

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        Backup?.Store.Dispose();
        if (Load is not null) await Load.Loader.DisposeAsync();
        foreach (var step in Steps.OfType<IDisposable>()) step.Dispose();
    }
}
