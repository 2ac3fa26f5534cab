namespace ActorStreams.Pbm;

/// <summary>A command ends here: <paramref name="message"/> goes to standard error, <paramref name="exitCode"/> to the caller.</summary>
internal sealed class PbmException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;

    public static PbmException Refused(string message) => new(ExitCodes.Refused, message);

    public static PbmException WrongCommandLine(string message) => new(ExitCodes.WrongCommandLine, message);

    public static PbmException Partial(string message) => new(ExitCodes.Partial, message);
}
