using System.Collections.Immutable;
using ActorStreams.Clustering;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Management;
using ActorStreams.Node.Auditing;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ActorStreams.Node.Settings;

/// <summary>Binds the settings of a node, asks each feature's validator, and reports everything that is wrong at once.</summary>
internal static class NodeSettingsReader
{
    private const string Pipelines = nameof(NodeSettings.Pipelines);

    /// <exception cref="SettingsException">Any setting is wrong.</exception>
    public static NodeSettings Read(IConfiguration configuration)
    {
        var root = configuration.GetSection(SettingsSources.Root);
        var binder = new SettingsBinder();
        binder.RefuseUnknown(root, typeof(NodeSettings).GetProperties().Select(p => p.Name));
        var settings = new NodeSettings
        {
            Store = binder.Bind<StoreOptions>(root.GetSection(nameof(NodeSettings.Store))),
            Shards = binder.Bind<ShardOptions>(root.GetSection(nameof(NodeSettings.Shards))),
            Encryption = binder.Bind<EncryptionOptions>(root.GetSection(nameof(NodeSettings.Encryption))),
            Gateway = binder.Bind<GatewayOptions>(root.GetSection(nameof(NodeSettings.Gateway))),
            Management = binder.Bind<ManagementOptions>(root.GetSection(nameof(NodeSettings.Management))),
            Telemetry = binder.Bind<TelemetryOptions>(root.GetSection(nameof(NodeSettings.Telemetry))),
            Cluster = binder.Bind<ClusterOptions>(root.GetSection(nameof(NodeSettings.Cluster))),
            Audit = binder.Bind<AuditOptions>(root.GetSection(nameof(NodeSettings.Audit))),
            Firehose = binder.Bind<FirehoseOptions>(root.GetSection(nameof(NodeSettings.Firehose))),
            Log = binder.Bind<LogOptions>(root.GetSection(nameof(NodeSettings.Log))),
            Pipelines = ReadPipelines(root.GetSection(Pipelines), binder, out var pipelineErrors),
        };
        string[] errors =
        [
            .. binder.Errors,
            .. Check(nameof(NodeSettings.Store), settings.Store, new StoreOptionsValidator()),
            .. Check(nameof(NodeSettings.Shards), settings.Shards, new ShardOptionsValidator()),
            .. Check(nameof(NodeSettings.Encryption), settings.Encryption, new EncryptionOptionsValidator()),
            .. Check(nameof(NodeSettings.Gateway), settings.Gateway, new GatewayOptionsValidator()),
            .. Check(nameof(NodeSettings.Management), settings.Management, new ManagementOptionsValidator()),
            .. Check(nameof(NodeSettings.Telemetry), settings.Telemetry, new TelemetryOptionsValidator()),
            .. Check(nameof(NodeSettings.Cluster), settings.Cluster, new ClusterOptionsValidator(settings.Store.UsesPostgres)),
            .. Check(nameof(NodeSettings.Firehose), settings.Firehose, new FirehoseOptionsValidator()),
            .. pipelineErrors,
        ];
        return errors.Length == 0 ? settings : throw new SettingsException(errors);
    }

    private static IEnumerable<string> Check<T>(string feature, T options, IValidateOptions<T> validator) where T : class
    {
        var result = validator.Validate(null, options);
        return result.Failed ? result.Failures.Select(f => $"{SettingsSources.Root}:{feature}:{f}") : [];
    }

    private static ImmutableArray<PipelineDefinition> ReadPipelines(IConfigurationSection section, SettingsBinder binder, out List<string> errors)
    {
        errors = [];
        var definitions = ImmutableArray.CreateBuilder<PipelineDefinition>();
        foreach (var child in section.GetChildren().OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            var settings = binder.Bind<PipelineSettings>(child);
            if (settings.Name is not null && settings.Name != child.Key)
                errors.Add($"{child.Path}:Name is '{settings.Name}'; a pipeline's name is the one of its section, {child.Key}.");
            settings.Name = child.Key;
            if (PipelineSettingsValidator.TryBuild(child.Path, settings, errors, out var definition)) definitions.Add(definition);
        }

        return definitions.ToImmutable();
    }
}
