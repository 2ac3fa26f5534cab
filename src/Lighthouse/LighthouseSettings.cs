using ActorStreams.Clustering;
using ActorStreams.Hosting.Settings;
using ActorStreams.Management;
using ActorStreams.Shards.Store;
using Microsoft.Extensions.Options;

namespace ActorStreams.Lighthouse;

/// <summary>Every setting of a Lighthouse, bound and checked. They have the paths of a node's, so that both can read one file.</summary>
internal sealed record LighthouseSettings
{
    public const int DefaultPort = 4053;

    public StoreOptions Store { get; init; } = new();

    public ManagementOptions Management { get; init; } = new();

    public ClusterOptions Cluster { get; init; } = new();

    public LogOptions Log { get; init; } = new();

    /// <param name="environment">Looks up a variable of the environment.</param>
    /// <exception cref="SettingsException">Any setting is wrong.</exception>
    public static LighthouseSettings Read(string? file, IEnumerable<KeyValuePair<string, string?>> overrides, Func<string, string?> environment)
    {
        var image = new ImageEnvironment(environment);
        var root = SettingsSources.Load(file, overrides, image.Settings).GetSection(SettingsSources.Root);
        var binder = new SettingsBinder();
        var settings = new LighthouseSettings
        {
            Store = binder.Bind<StoreOptions>(root.GetSection(nameof(Store))),
            Management = binder.Bind<ManagementOptions>(root.GetSection(nameof(Management))),
            Cluster = binder.Bind<ClusterOptions>(root.GetSection(nameof(Cluster))),
            Log = binder.Bind<LogOptions>(root.GetSection(nameof(Log))),
        };
        if (settings.Cluster.Port == 0) settings = settings with { Cluster = settings.Cluster with { Port = DefaultPort } };
        string[] errors =
        [
            .. image.Errors,
            .. binder.Errors,
            .. NeedsPostgres(settings.Store),
            .. Check(nameof(Store), settings.Store, new StoreOptionsValidator()),
            .. Check(nameof(Management), settings.Management, new ManagementOptionsValidator()),
            .. Check(nameof(Cluster), settings.Cluster, new ClusterOptionsValidator(settings.Store.UsesPostgres)),
        ];
        return errors.Length == 0 ? settings : throw new SettingsException(errors);
    }

    private static IEnumerable<string> NeedsPostgres(StoreOptions store)
    {
        if (!store.UsesPostgres)
            yield return $"{SettingsSources.Root}:Store:ConnectionString is required: a Lighthouse asks the nodes' PostgreSQL store whether a cluster is there.";
    }

    private static IEnumerable<string> Check<T>(string feature, T options, IValidateOptions<T> validator) where T : class
    {
        var result = validator.Validate(null, options);
        return result.Failed ? result.Failures.Select(f => $"{SettingsSources.Root}:{feature}:{f}") : [];
    }
}
