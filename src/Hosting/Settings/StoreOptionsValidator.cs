using ActorStreams.Shards.Store;
using Microsoft.Extensions.Options;

namespace ActorStreams.Hosting.Settings;

public sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var bounds = new Bounds();
        if (!options.UsesPostgres && string.IsNullOrWhiteSpace(options.DataDirectory))
            bounds.Fail(nameof(options.DataDirectory), "is empty; allowed is a folder, such as ./data.");
        if (!options.UsesPostgres && options.DataDirectory.Contains('\0', StringComparison.Ordinal))
            bounds.Fail(nameof(options.DataDirectory), "holds a character that no path can hold.");
        bounds.Check(nameof(options.JournalBufferEvents), options.JournalBufferEvents, 100, 1_000_000);
        bounds.Check(nameof(options.JournalTransactionEventsMax), options.JournalTransactionEventsMax, 1, 10_000);
        bounds.Check(nameof(options.ReplayRowsMax), options.ReplayRowsMax, 1, 10_000);
        bounds.Check(nameof(options.ReadersMax), options.ReadersMax, 1, 1_000);
        bounds.Check(nameof(options.ProbeTimeout), options.ProbeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        return bounds.Result;
    }
}
