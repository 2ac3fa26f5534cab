using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>
/// The names of a delivery stream's objects:
/// <c>&lt;prefix&gt;&lt;time folder&gt;&lt;stream&gt;-&lt;version&gt;-&lt;yyyy-MM-dd-HH-mm-ss&gt;-&lt;id&gt;&lt;extension&gt;</c>, where the
/// time is that of the oldest record, and the time folder (<c>yyyy/MM/dd/HH/</c>) is left out when the prefix says the time itself. The same
/// arguments give the same name. Safe for many threads.
/// </summary>
public sealed class ObjectNaming
{
    public const int PrefixLengthMax = 512;

    /// <summary>The longest of every pattern: a Wednesday in September with two digits everywhere. Names are checked as of then.</summary>
    private static readonly DateTimeOffset s_longest = new DateTimeOffset(2026, 9, 30, 22, 59, 59, TimeSpan.Zero).AddTicks(9_999_999);

    private readonly NamingSettings _settings;
    private readonly PrefixExpression _prefix;
    private readonly PrefixExpression? _errorPrefix;
    private readonly TimeZoneInfo _zone;

    private ObjectNaming(NamingSettings settings, PrefixExpression prefix, PrefixExpression? errorPrefix, TimeZoneInfo zone)
    {
        _settings = settings;
        _prefix = prefix;
        _errorPrefix = errorPrefix;
        _zone = zone;
    }

    /// <summary>Null with every error that the settings have.</summary>
    public static ObjectNaming? Create(NamingSettings settings, out IReadOnlyList<NamingError> errors)
    {
        var found = new List<NamingError>();
        errors = found;
        var prefix = Parse("Prefix", settings.Prefix, found);
        var errorPrefix = string.IsNullOrEmpty(settings.ErrorOutputPrefix) ? null : Parse("ErrorOutputPrefix", settings.ErrorOutputPrefix, found);
        var zone = ZoneOf(settings.CustomTimeZone, found);
        if (found.Count > 0) return null;
        found.AddRange(NamingRules.Broken(settings, prefix!, errorPrefix));
        if (found.Count > 0) return null;

        var naming = new ObjectNaming(settings, prefix!, errorPrefix, zone!);
        var sample = prefix!.QueryKeys.Select(PartitionKeyNames.FromQuery).Concat(prefix.LambdaKeys.Select(PartitionKeyNames.FromLambda))
            .ToImmutableSortedDictionary(k => k, _ => "x", StringComparer.Ordinal);
        if (naming.Problem(sample) is { } problem) found.Add(new NamingError("Prefix", null, problem));
        if (Problem(naming.ErrorPrefix("AmazonOpenSearchService-failed", s_longest, default), naming.ErrorKey("AmazonOpenSearchService-failed", s_longest, default)) is { } wrong)
            found.Add(new NamingError("ErrorOutputPrefix", null, wrong));
        return found.Count == 0 ? naming : null;
    }

    /// <summary>The key of an object with delivered records. The partition keys have no <see cref="Problem(ImmutableSortedDictionary{string, string})"/>.</summary>
    /// <param name="oldest">When the oldest record of the object arrived.</param>
    /// <param name="id">New for each object, and kept for its redo.</param>
    public string Key(ImmutableSortedDictionary<string, string> partitionKeys, DateTimeOffset oldest, Guid id) =>
        Prefix(partitionKeys, oldest, id) + Name(oldest, id) + _settings.Extension;

    /// <summary>The key of an object of the error output, which has no extension.</summary>
    /// <param name="type">Such as <c>processing-failed</c>.</param>
    public string ErrorKey(string type, DateTimeOffset oldest, Guid id) => ErrorPrefix(type, oldest, id) + Name(oldest, id);

    /// <summary>Why no object can be named with these partition keys, at no time, as a sentence; null when they are good.</summary>
    public string? Problem(ImmutableSortedDictionary<string, string> partitionKeys)
    {
        if (_prefix.MissingKey(partitionKeys) is { } missing) return $"partitionKeys values must not be null or empty: {missing}.";
        var prefix = Prefix(partitionKeys, s_longest, default);
        return Problem(prefix, prefix + Name(s_longest, default) + _settings.Extension);
    }

    private static string? Problem(string prefix, string key)
    {
        if (prefix.Length > PrefixLengthMax) return $"The expanded prefix has {prefix.Length} characters; up to {PrefixLengthMax} are allowed.";
        return ObjectKeys.Problem(key) is { } problem ? $"The object's name {key} {problem}." : null;
    }

    private string Prefix(ImmutableSortedDictionary<string, string> partitionKeys, DateTimeOffset oldest, Guid id)
    {
        var output = new StringBuilder(128);
        _prefix.AppendTo(output, oldest, _zone, partitionKeys, "", id);
        if (!_prefix.HasTimestamp) AppendTimeFolder(output, oldest);
        return output.ToString();
    }

    private string ErrorPrefix(string type, DateTimeOffset oldest, Guid id)
    {
        var output = new StringBuilder(128);
        var prefix = _errorPrefix ?? _prefix;
        prefix.AppendTo(output, oldest, _zone, PartitionKeyNames.None, type, id);
        if (!prefix.HasExpressions)
        {
            output.Append(type).Append('/');
            AppendTimeFolder(output, oldest);
        }
        return output.ToString();
    }

    private void AppendTimeFolder(StringBuilder output, DateTimeOffset oldest) =>
        output.Append(CultureInfo.InvariantCulture, $"{TimeZoneInfo.ConvertTime(oldest, _zone):yyyy'/'MM'/'dd'/'HH'/'}");

    private string Name(DateTimeOffset oldest, Guid id) => string.Create(
        CultureInfo.InvariantCulture, $"{_settings.StreamName}-{_settings.VersionId}-{TimeZoneInfo.ConvertTime(oldest, _zone):yyyy-MM-dd-HH-mm-ss}-{id}");

    private static PrefixExpression? Parse(string member, string text, List<NamingError> errors)
    {
        var parsed = PrefixExpression.Parse(text, out var error);
        if (error is not null) errors.Add(new NamingError(member, error.Position, error.Message));
        return parsed;
    }

    private static TimeZoneInfo? ZoneOf(string? name, List<NamingError> errors)
    {
        if (string.IsNullOrEmpty(name)) return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        errors.Add(new NamingError("CustomTimeZone", null, $"\"{name}\" is no time zone of this machine; such as Europe/Berlin or Asia/Tokyo are."));
        return null;
    }
}
