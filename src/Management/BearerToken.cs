using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Management;

/// <summary>The token that callers of the admin endpoint show.</summary>
public sealed class BearerToken
{
    private const string Scheme = "Bearer ";
    private readonly byte[] _hash;

    private BearerToken(string token) => _hash = Hash(token);

    /// <summary>Null where none is set.</summary>
    /// <exception cref="ArgumentException">The file cannot be read, or the token cannot stand in a header.</exception>
    public static BearerToken? Load(ManagementOptions options)
    {
        if (options.Token is { } token) return new BearerToken(Checked(token, nameof(options.Token)));
        if (options.TokenFile is not { } file) return null;
        try
        {
            // Editors and `echo` end a file with a line break, which belongs to no token.
            return new BearerToken(Checked(File.ReadAllText(file).TrimEnd('\r', '\n'), $"{nameof(options.TokenFile)} {file}:"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ArgumentException($"{nameof(options.TokenFile)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether the header <c>Authorization</c> shows it; takes the same time for every wrong one.</summary>
    public bool IsShownBy(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(authorization[Scheme.Length..].Trim()), _hash);

    // Of equal length whatever the token's, so that the comparison does not tell that either.
    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string Checked(string token, string source) => token.Length > 0 && token.All(c => c is > ' ' and <= '~')
        ? token
        : throw new ArgumentException($"{source} is empty or holds what cannot stand in a header; allowed are printable ASCII characters without spaces.");
}
