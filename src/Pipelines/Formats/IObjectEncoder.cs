namespace ActorStreams.Pipelines.Formats;

/// <summary>Turns records into the bytes of one object, written to a stream as they come. The same records give the same bytes.</summary>
public interface IObjectEncoder : IDisposable
{
    /// <summary>Adds one record, or says why it cannot be encoded; nothing of it is in the object then.</summary>
    string? Add(ReadOnlySpan<byte> record);

    /// <summary>Writes what is still held. The stream, which stays open, has the whole object afterwards.</summary>
    void Finish();
}

/// <summary>How the objects of a destination are encoded.</summary>
public interface IObjectFormat
{
    /// <summary>Of the object's name, such as <c>.gz</c>; empty where there is none.</summary>
    string Extension { get; }

    IObjectEncoder Open(Stream output);
}
