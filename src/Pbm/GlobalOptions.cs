using System.CommandLine;
using System.CommandLine.Parsing;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm;

/// <summary>Options of every command, and what runs a command with them.</summary>
internal sealed class GlobalOptions(Settings defaults, Screen screen, TimeProvider clock)
{
    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description = $"Management endpoints, tried in order, default PBM_ENDPOINT or {Settings.DefaultEndpoint}",
        HelpName = "URL[,URL]",
        Recursive = true,
    };

    private readonly Option<string?> _token = new("--token") { Description = "Bearer token, default PBM_TOKEN", HelpName = "TOKEN", Recursive = true };

    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File that holds the token", HelpName = "FILE", Recursive = true };

    private readonly Option<bool> _json = new("--json") { Description = "The endpoint's JSON instead of tables", Recursive = true };

    private readonly Option<string?> _region = new("--region") { Description = $"Region of streams, default {Settings.DefaultRegion}; lists show all without it", HelpName = "NAME", Recursive = true };

    private readonly Option<string?> _timeout = new("--timeout") { Description = "Patience with an endpoint, such as 30s or 500ms; default 10s", HelpName = "TIME", Recursive = true };

    public Settings Defaults => defaults;

    public Screen Screen => screen;

    public TimeProvider Clock => clock;

    public void AddTo(RootCommand root)
    {
        _endpoint.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !Settings.TryParseEndpoints(token.Value, out _, out var wrong)) option.AddError($"--endpoint: {wrong}");
        });
        _timeout.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !Settings.TryParseDuration(token.Value, out _))
                option.AddError($"--timeout {token.Value}: allowed are 1ms to 24 hours, in seconds or with the unit ms, s or m.");
        });
        _tokenFile.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !File.Exists(token.Value)) option.AddError($"--token-file: there is no file {Path.GetFullPath(token.Value)}.");
        });
        foreach (var option in new Option[] { _endpoint, _token, _tokenFile, _json, _region, _timeout }) root.Options.Add(option);
    }

    /// <summary>Runs a command's work and turns what ends it into words and an exit code.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<Session, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        var name = PbmCommandLine.CommandName(parsed.CommandResult);
        try
        {
            using var session = new Session(SettingsOf(parsed), screen, clock);
            return await work(session, cancel);
        }
        catch (PbmException e)
        {
            screen.Notice($"{name}: {Printable.Lines(e.Message)}");
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (IOException e) when (IsGone(e))
        {
            // Whoever read the output has seen enough.
            return ExitCodes.Ok;
        }
        catch (IOException e)
        {
            screen.Notice($"{name}: the output could not be written: {Printable.Line(e.Message)}");
            return ExitCodes.Refused;
        }
    }

    /// <summary>EPIPE on Linux and macOS; broken pipe and no data on Windows.</summary>
    private static bool IsGone(IOException e) => e.HResult is 32 || (e.HResult & 0xffff) is 109 or 232;

    /// <summary>The defaults with what this command line says.</summary>
    public Settings SettingsOf(ParseResult parsed)
    {
        var settings = defaults;
        if (parsed.GetResult(_token) is not null && parsed.GetResult(_tokenFile) is not null)
            throw PbmException.WrongCommandLine("--token and --token-file: allowed is one of the two.");
        if (parsed.GetValue(_endpoint) is { } endpoints && Settings.TryParseEndpoints(endpoints, out var addresses, out _)) settings = settings with { Endpoints = addresses };
        if (parsed.GetValue(_timeout) is { } timeout && Settings.TryParseDuration(timeout, out var duration)) settings = settings with { Timeout = duration };
        if (parsed.GetValue(_region) is { } region) settings = settings with { Region = region, RegionGiven = true };
        if (parsed.GetValue(_json)) settings = settings with { Json = true };
        if (parsed.GetValue(_token) is { } token) settings = settings.WithToken("--token", token);
        return parsed.GetValue(_tokenFile) is { } file ? settings.WithToken("--token-file", TokenIn(file)) : settings;
    }

    private static string TokenIn(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PbmException.WrongCommandLine($"--token-file: {e.Message}");
        }
    }
}
