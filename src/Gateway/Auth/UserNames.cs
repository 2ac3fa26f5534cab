namespace ActorStreams.Gateway.Auth;

/// <summary>Names of users as IAM allows them.</summary>
internal static class UserNames
{
    public const int LengthMax = 64;

    public static bool IsWellFormed(string name) =>
        name.Length is > 0 and <= LengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || "_+=,.@-".Contains(c, StringComparison.Ordinal));
}
