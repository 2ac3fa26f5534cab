namespace ActorStreams.Hosting;

/// <summary>What the process tells its caller; listed in the help text.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The work was begun and did not succeed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a setting is wrong; nothing was started.</summary>
    public const int WrongSettings = 2;

    /// <summary>The node could not start: the data folder is taken, the store does not answer, a port is in use.</summary>
    public const int CannotStart = 3;

    /// <summary>Everything readable was put, but some lines of the input were malformed.</summary>
    public const int MalformedInput = 4;

    /// <summary>
    /// The node was removed from its cluster: cut off from the majority, downed by a person, or its cluster was superseded. What supervises it
    /// starts it again, and it joins anew.
    /// </summary>
    public const int Removed = 5;

    /// <summary>What was only to be looked at is otherwise on the node than in the files.</summary>
    public const int Differs = 6;

    /// <summary>A second ctrl-C, the shells' number for SIGINT.</summary>
    public const int Interrupted = 130;
}
