namespace ActorStreams.Pbm;

/// <summary>What the process tells its caller; listed in the help text.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The endpoint refused, or <c>shard verify</c> found problems.</summary>
    public const int Refused = 1;

    /// <summary>The command line or an environment variable is wrong; nothing was asked or changed.</summary>
    public const int WrongCommandLine = 2;

    /// <summary>No endpoint could be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>The node is not ready, or a part of the answer is missing because its owner did not answer.</summary>
    public const int Partial = 4;

    /// <summary>Ctrl-C in the middle of a command, the shells' number for SIGINT.</summary>
    public const int Interrupted = 130;
}
