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

    private static void CheckAddress(string path, Uri address, List<string> errors)
    {
        if (address.Scheme is not ("http" or "https")) errors.Add($"{path}: '{address}' is no address with http: or https:.");
    }
}
