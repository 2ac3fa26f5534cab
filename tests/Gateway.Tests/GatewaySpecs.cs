using System.Globalization;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests;

/// <summary>
/// A gateway of its own for each spec, on a clock that stands still. Specs write JSON; a class derived from them that overrides
/// <see cref="ContentType"/> runs them over CBOR (<see cref="Kinesis.OverCborSpecs"/>).
/// </summary>
public abstract class GatewaySpecs : IAsyncLifetime
{
    protected GatewayHost Gateway { get; private set; } = null!;

    protected virtual string ContentType => GatewayHost.Json;

    public virtual Task InitializeAsync() => StartAsync(new GatewayOptions());

    protected async Task StartAsync(GatewayOptions options) => Gateway = await GatewayHost.StartAsync(options, contentType: ContentType);

    public async Task DisposeAsync() => await Gateway.DisposeAsync();

    /// <summary>The ValidationException that lists these violations.</summary>
    protected static void AssertViolations(Answer answer, params string[] items) => answer.AssertError(
        "ValidationException",
        string.Create(CultureInfo.InvariantCulture, $"{items.Length} validation error{(items.Length == 1 ? "" : "s")} detected: ")
            + string.Join("; ", items));

    protected static string Null(string path) => $"Value null at '{path}' failed to satisfy constraint: Member must not be null";

    protected static string Fails(string value, string path, string constraint) =>
        $"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}";

    protected static readonly string NamePattern = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    protected static readonly string NotEmpty = "Member must have length greater than or equal to 1";

    protected static string AtMost(int length) =>
        string.Create(CultureInfo.InvariantCulture, $"Member must have length less than or equal to {length}");

    protected static string ValueAtLeast(int value) =>
        string.Create(CultureInfo.InvariantCulture, $"Member must have value greater than or equal to {value}");

    protected static string ValueAtMost(int value) =>
        string.Create(CultureInfo.InvariantCulture, $"Member must have value less than or equal to {value}");

    protected const string Account = GatewayHost.Account;
}
