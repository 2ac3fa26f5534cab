using System.Globalization;
using Microsoft.Extensions.Options;

namespace ActorStreams.Hosting.Settings;

/// <summary>Collects what is out of its bounds, each with what was there and what is allowed.</summary>
public sealed class Bounds
{
    private readonly List<string> _failures = [];

    public ValidateOptionsResult Result => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    public void Fail(string setting, string message) => _failures.Add($"{setting} {message}");

    public void Check<T>(string setting, T value, T min, T max) where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            _failures.Add(string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}; allowed is {min} to {max}."));
    }
}
