namespace ActorStreams.Pipelines.Firehose.Destinations;

/// <summary>
/// Where objects are delivered to: a folder, or a bucket. What is delivered under a name stays under it: the same name is only ever given
/// the same bytes, so that a redo changes nothing. Failures that may pass throw <see cref="DestinationAwayException"/>.
/// </summary>
public interface IObjectStore : IDisposable
{
    /// <summary>In words, for statuses and logs: <c>folder /data/out</c>, <c>bucket badges at http://...</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Makes an object whole and durable under its name. Done already by an earlier call, with the same length and hash, it does nothing;
    /// other bytes under the name throw <see cref="ObjectDiffersException"/> and are left alone.
    /// </summary>
    Task PutAsync(ObjectToPut item, CancellationToken cancel);

    /// <summary>Keys of the objects that begin with the prefix, which ends with a slash, in order.</summary>
    Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel);

    /// <summary>Copies an object into a file that is not there yet; false where there is no such object.</summary>
    Task<bool> TryGetAsync(string key, string file, CancellationToken cancel);

    /// <summary>Whether the object is there with these bytes. Other bytes throw <see cref="ObjectDiffersException"/>.</summary>
    Task<bool> HasAsync(ObjectToPut item, CancellationToken cancel);
}

/// <param name="Key">With slashes, as in a bucket; checked by whoever made it: no empty part, no <c>.</c> or <c>..</c>.</param>
/// <param name="File">Holds exactly the bytes.</param>
/// <param name="Sha256">Of the bytes, 32 of them.</param>
public sealed record ObjectToPut(string Key, string File, long Length, ReadOnlyMemory<byte> Sha256);

/// <summary>The destination cannot take anything now; it is tried again.</summary>
public sealed class DestinationAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Under the name lie other bytes than those to deliver; it needs a person, and nothing is overwritten.</summary>
public sealed class ObjectDiffersException(string message) : Exception(message);
