namespace ActorStreams.Shards.Store;

internal static class DataDirectoryFault
{
    public static StoreUnavailableException Unusable(string directory, Exception cause) => new(
        $"The data folder '{directory}' cannot be created or written: {cause.Message} Give a folder on a local disk that this user may write.", cause);
}
