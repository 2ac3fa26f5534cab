using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Processing.Lines;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ActorStreams.Node.Settings;

/// <summary>Checks what can be checked before anything is delivered: that each address is of one kind and whole.</summary>
internal sealed class FirehoseOptionsValidator : IValidateOptions<FirehoseOptions>
{
    public ValidateOptionsResult Validate(string? name, FirehoseOptions options)
    {
        var errors = new List<string>();
        if (options.SpoolFolder is { } spool && !Path.IsPathFullyQualified(spool)) errors.Add($"SpoolFolder: '{spool}' is not an absolute path.");
        if (options.DiskFreeMinMiB < 0) errors.Add($"DiskFreeMinMiB: {options.DiskFreeMinMiB} is less than 0.");
        CheckMemory(nameof(options.LoadMemoryMiB), options.LoadMemoryMiB, errors);
        CheckMemory(nameof(options.RowGroupMemoryMiB), options.RowGroupMemoryMiB, errors);
        foreach (var (bucket, of) in options.Buckets)
        {
            var path = $"Buckets:{bucket}";
            if (of.Folder is null == of.Endpoint is null) errors.Add($"{path}: exactly one of Folder and Endpoint is wanted.");
            if (of.Folder is { } folder && !Path.IsPathFullyQualified(folder)) errors.Add($"{path}:Folder: '{folder}' is not an absolute path.");
            if (of.Endpoint is { } endpoint) CheckAddress($"{path}:Endpoint", endpoint, errors);
            if (of.AccessKeyId is null != of.SecretAccessKey is null) errors.Add($"{path}: AccessKeyId and SecretAccessKey go together.");
            errors.AddRange(of.RequestProblems().Select(p => $"{path}:{p.Name} {p.Text}"));
        }
        foreach (var (function, of) in options.Functions)
        {
            if (!of.IsOne) errors.Add($"Functions:{function}: exactly one of Url, Script, Csv and Log is wanted.");
            if (LineConverters.Of(of, out var problem) is null && problem is not null) errors.Add($"Functions:{function}:{(of.Csv is null ? "Log" : "Csv")}: {problem}");
            CheckTimeout($"Functions:{function}:Timeout", of, errors);
            if (of.Url is { } url) CheckAddress($"Functions:{function}:Url", url, errors);
            if (of.Script is { } script && !Path.IsPathFullyQualified(script)) errors.Add($"Functions:{function}:Script: '{script}' is not an absolute path.");
        }
        foreach (var (domain, address) in options.Domains) CheckAddress($"Domains:{domain}", address, errors);
        foreach (var (host, connection) in options.Warehouses)
        {
            try
            {
                _ = new NpgsqlConnectionStringBuilder(connection);
            }
            catch (ArgumentException e)
            {
                errors.Add($"Warehouses:{host}: this is no connection string of PostgreSQL: {e.Message}");
            }
        }
        foreach (var (table, columns) in options.Tables)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (TableColumn.Parse(columns[i], out var wrong) is null) errors.Add($"Tables:{table}:{i}: {wrong}");
            }
        }
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckTimeout(string path, TransformOptions of, List<string> errors)
    {
        if (of.Timeout is not { } timeout) return;
        // Of a function as long as Lambda lets one run.
        var (min, max) = of.Url is not null ? (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15)) : (TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        if (of.Url is null && of.Script is null) errors.Add($"{path}: only a function with Url or Script takes one.");
        else if (timeout < min || timeout > max) errors.Add($"{path}: is {timeout:c}; allowed is {min:c} to {max:c} with {(of.Url is null ? "Script" : "Url")}.");
    }

    private static void CheckMemory(string path, long mebibytes, List<string> errors)
    {
        if (mebibytes is < FirehoseOptions.MemoryMiBMin or > FirehoseOptions.MemoryMiBMax)
            errors.Add($"{path} is {mebibytes}; allowed is {FirehoseOptions.MemoryMiBMin} to {FirehoseOptions.MemoryMiBMax}.");
    }

    private static void CheckAddress(string path, Uri address, List<string> errors)
    {
        if (address.Scheme is not ("http" or "https")) errors.Add($"{path}: '{address}' is no address with http: or https:.");
    }
}
