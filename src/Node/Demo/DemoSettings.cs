using System.Globalization;
using ActorStreams.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace ActorStreams.Node.Demo;

/// <summary>The demo's own settings and nothing from file or environment, so that it is the same everywhere.</summary>
internal static class DemoSettings
{
    public const string Region = "us-east-1";
    public const string Telemetry = "telemetry";
    public const string Alerts = "alerts";
    public const string DeadLetters = "telemetry-dead-letters";
    public const string Pipeline = "anomaly";

    public static IConfiguration Of(string folder, int port, int adminPort)
    {
        var values = new Dictionary<string, string?>
        {
            ["Store:DataDirectory"] = folder,
            ["Gateway:Port"] = port.ToString(CultureInfo.InvariantCulture),
            ["Management:Port"] = adminPort.ToString(CultureInfo.InvariantCulture),
            ["Log:Level"] = "Error",
            ["Log:AkkaLevel"] = "Error",
            [$"Pipelines:{Pipeline}:Region"] = Region,
            [$"Pipelines:{Pipeline}:Source"] = Telemetry,
            [$"Pipelines:{Pipeline}:Output"] = Alerts,
            [$"Pipelines:{Pipeline}:DeadLetters"] = DeadLetters,
            [$"Pipelines:{Pipeline}:ValueField"] = "value",
            [$"Pipelines:{Pipeline}:TimeField"] = "time",
            // The pulse comes ten times a second, so it is learnt in a second and a half.
            [$"Pipelines:{Pipeline}:Detector:WarmUpSamples"] = "15",
            [$"Pipelines:{Pipeline}:Detector:ThresholdDeviations"] = "8",
            // Percentages that stood still would alert at their first wiggle.
            [$"Pipelines:{Pipeline}:Detector:MinimumDeviation"] = "1",
        };
        return new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(v => KeyValuePair.Create($"{SettingsSources.Root}:{v.Key}", v.Value)))
            .Build();
    }
}
