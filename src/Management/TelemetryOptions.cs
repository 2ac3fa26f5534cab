using Microsoft.Extensions.Options;

namespace ActorStreams.Management;

/// <summary>Where traces and metrics are sent to, beside the page that Prometheus reads.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Receiver of OpenTelemetry's protocol over gRPC, such as http://collector:4317, default none: nothing is sent and no span is made.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Part of the calls that are traced, 0 to 1, default 0.01. A span costs some microseconds; a caller that names a trace decides for its own.</summary>
    public double SampleRatio { get; init; } = 0.01;
}

public sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var failures = new List<string>();
        if (options.OtlpEndpoint is { } endpoint && endpoint.Scheme is not ("http" or "https"))
            failures.Add($"{nameof(options.OtlpEndpoint)} '{endpoint}' is not an address of HTTP; wanted is one like http://collector:4317.");
        if (options.SampleRatio is not (>= 0 and <= 1))
            failures.Add($"{nameof(options.SampleRatio)} is {options.SampleRatio}; allowed is 0 to 1.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
