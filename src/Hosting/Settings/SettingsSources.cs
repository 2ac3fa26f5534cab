using Microsoft.Extensions.Configuration;

namespace ActorStreams.Hosting.Settings;

/// <summary>
/// Where settings come from, the later over the earlier: <c>appsettings.json</c> in the working folder or the file named on the
/// command line, environment variables <c>ActorStreams__...</c>, the command line.
/// </summary>
public static class SettingsSources
{
    public const string Root = "ActorStreams";
    private const string DefaultFile = "appsettings.json";

    /// <param name="file">A settings file that must be there, or null for the one of the working folder, if any.</param>
    /// <param name="overrides">Settings given on the command line, by path.</param>
    /// <param name="fallbacks">Settings that come from elsewhere and give way to all others.</param>
    /// <exception cref="SettingsException">The file is missing or is not JSON.</exception>
    public static IConfigurationRoot Load(
        string? file, IEnumerable<KeyValuePair<string, string?>> overrides, IEnumerable<KeyValuePair<string, string?>>? fallbacks = null)
    {
        var path = Path.GetFullPath(file ?? DefaultFile);
        if (file is not null && !File.Exists(path)) throw new SettingsException([$"--settings: there is no file {path}."]);
        try
        {
            return new ConfigurationBuilder()
                .AddInMemoryCollection(fallbacks ?? [])
                .AddJsonFile(path, optional: true, reloadOnChange: false)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(overrides)
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw new SettingsException([$"{path} is not a settings file: {e.InnerException?.Message ?? e.Message}"]);
        }
    }
}
