using System.CommandLine;
using System.Globalization;
using ActorStreams.Gateway.Auth;
using ActorStreams.Hosting;
using ActorStreams.Node.Client;
using Spectre.Console;

namespace ActorStreams.Node.Replay;

/// <summary><c>actorstreams replay</c>: puts a file of readings into a stream, in order.</summary>
internal static class ReplayCommand
{
    public static Command Build()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "Lines of timestamp,value; a header is allowed" };
        var stream = new Option<string>("--stream") { Description = "Stream to put into; created with one shard when missing", Required = true, HelpName = "S" };
        var key = new Option<string>("--key") { Description = "Partition key and metric name of every record", Required = true, HelpName = "NAME" };
        var speed = new Option<double?>("--speed") { Description = "1 is real time by the timestamps, 60 a minute a second; default as fast as possible", HelpName = "X" };
        var endpoint = EndpointOption.Create();
        var region = new Option<string?>("--region") { Description = "Region of the stream, default AWS_REGION, AWS_DEFAULT_REGION, us-east-1", HelpName = "NAME" };
        speed.Validators.Add(option =>
        {
            // What is no number is refused by the conversion, which must not be asked for here.
            if (option.Tokens is [{ Value: var text }] && double.TryParse(text, CultureInfo.InvariantCulture, out var x) && !(x > 0 && double.IsFinite(x)))
                option.AddError("--speed: allowed are numbers above 0.");
        });
        file.Validators.Add(argument =>
        {
            if (argument.Tokens is [var token, ..] && !File.Exists(token.Value)) argument.AddError($"There is no file {Path.GetFullPath(token.Value)}.");
        });
        var command = new Command("replay", "Puts a timestamp,value file into a stream through the HTTP API, in order.") { file, stream, key, speed, endpoint, region };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(file), parsed.GetRequiredValue(stream), parsed.GetRequiredValue(key), parsed.GetValue(speed),
            new Uri(parsed.GetRequiredValue(endpoint)), parsed.GetValue(region) ?? Credentials.DefaultRegion));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, string stream, string key, double? speed, Uri endpoint, string region)
    {
        using var signals = new Signals();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var clock = TimeProvider.System;
        var client = new KinesisClient(http, endpoint, new SigV4Signer(Credentials.FromEnvironment(), region, clock), clock);
        var putter = new OrderedPutter(client, stream, clock);
        await using var bytes = file.Open(new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite, Options = FileOptions.SequentialScan });
        using var text = new StreamReader(bytes);
        var readings = new ReadingsFile(text);
        var replay = new ReplayRun(readings, putter, key, speed, clock);
        try
        {
            await client.EnsureStreamAsync(stream, shards: 1, signals.Stop);
            await Progress.ShowAsync($"{file.Name} -> {stream}", () => bytes.Length == 0 ? 1 : (double)bytes.Position / bytes.Length,
                () => $"{putter.Acknowledged:N0} records", () => replay.RunAsync(signals.Stop), clock);
        }
        catch (Exception e) when (e is ApiException or PutRefusedException or IOException)
        {
            Console.Error.WriteLine($"actorstreams replay: {e.Message} {putter.Acknowledged} records were put before that.");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            Console.Error.WriteLine($"actorstreams replay: stopped; {putter.Acknowledged} records were put.");
            return ExitCodes.Interrupted;
        }

        return Summarise(putter, readings, replay.Took, stream, key);
    }

    private static int Summarise(OrderedPutter putter, ReadingsFile readings, TimeSpan took, string stream, string key)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{putter.Acknowledged} records put into {stream} under the key {key} in {took.TotalSeconds:0.0} s; {putter.SentAgain} sent again."));
        if (putter.OutOfOrder > 0)
        {
            Console.Error.WriteLine($"{putter.OutOfOrder} records were stored before an earlier one that the service had refused: their order is broken.");
            return ExitCodes.Failed;
        }

        if (readings.MalformedCount == 0) return ExitCodes.Ok;
        var more = readings.MalformedCount - readings.MalformedLines.Count;
        Console.Error.WriteLine(
            $"{readings.MalformedCount} malformed lines were left out: {string.Join(", ", readings.MalformedLines)}{(more > 0 ? $" and {more} more" : "")}. Allowed is timestamp,value.");
        return ExitCodes.MalformedInput;
    }
}
