using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing.Functions;

/// <summary>
/// Firehose's Lambda processor over HTTP: batches of records are POSTed to an address, which answers for each whether it is Ok (with its new
/// data), Dropped or ProcessingFailed. Calls that fail for a reason that may pass (no connection, time-out, 408, 429, 5xx) are tried again;
/// after that, and after other failures at once, the batch's records fail and the next batch goes on. The function may be asked about a
/// record again after a crash, so its answers have to be durable before they are used.
/// </summary>
/// <param name="http">Its time-out is not used.</param>
public sealed class FunctionTransform(HttpClient http, Uri url, FunctionOptions options, TimeProvider time) : ITransformStep
{
    public const string FunctionErrorCode = "Lambda.FunctionError";
    public const string TimedOutCode = "Lambda.FunctionTimedOut";
    public const string LimitExceededCode = "Lambda.InvokeLimitExceeded";

    public bool IsDeterministic => false;

    public ITransformWatcher? Watcher { private get; set; }

    public async Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        var dropped = 0;
        foreach (var batch in FunctionEvent.Batches([.. records], options))
        {
            var answer = await AskWatchedAsync(batch, cancel);
            good.AddRange(answer.Records);
            failed.AddRange(answer.Failed);
            dropped += answer.Dropped;
        }
        return new Processed(good, failed, dropped);
    }

    private async Task<Processed> AskWatchedAsync(IReadOnlyList<DeliveryRecord> batch, CancellationToken cancel)
    {
        Watcher?.Waits($"The function {url} has not answered about {batch.Count} records; a call may take {options.Timeout.TotalSeconds:0.###} s.");
        try
        {
            return await AskAsync(batch, cancel);
        }
        finally
        {
            Watcher?.Waits(null);
        }
    }

    private async Task<Processed> AskAsync(IReadOnlyList<DeliveryRecord> batch, CancellationToken cancel)
    {
        var body = FunctionEvent.Write(batch, options, Guid.NewGuid());
        for (var attempt = 1; ; attempt++)
        {
            var (answer, failure) = await CallAsync(body, cancel);
            if (failure is null)
            {
                try
                {
                    var read = FunctionAnswer.Read(answer, batch, attempt);
                    Watcher?.Called(TransformOutcome.Done, 1);
                    return read;
                }
                catch (JsonException e)
                {
                    failure = new Failure(FunctionAnswer.JsonProcessingException, $"The function {url} gave no answer that can be read: {e.Message}", false);
                }
            }
            Watcher?.Called(failure.Outcome, 1);
            if (!failure.MayPass || attempt > options.NumberOfRetries)
                return new Processed([], [.. batch.Select(r => new FailedRecord(r, FailedRecord.ProcessingFailed, failure.Code, failure.Message, attempt))], 0);
            Watcher?.Waits($"{failure.Message} It is asked again about {batch.Count} records, {options.NumberOfRetries + 1} times at most.");
            await options.Retry.WaitAsync(attempt - 1, time, cancel);
        }
    }

    private async Task<(ReadOnlyMemory<byte> Answer, Failure? Failure)> CallAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
            {
                var mayPass = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
                var code = response.StatusCode == HttpStatusCode.TooManyRequests ? LimitExceededCode : FunctionErrorCode;
                return (default, new Failure(code, $"The function {url} answered {(int)response.StatusCode}.", mayPass));
            }
            return await ReadAsync(response.Content, either.Token) is { } answer
                ? (answer, null)
                : (default, new Failure(FunctionErrorCode, $"The function {url} answered more than {FunctionOptions.PayloadBytesMax} bytes.", false));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (default, new Failure(FunctionErrorCode, $"The function {url} could not be asked: {e.Message}", true));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (default, new Failure(TimedOutCode, $"The function {url} did not answer within {options.Timeout.TotalSeconds:0.###} s.", true));
        }
    }

    /// <summary>Null when it is larger than an answer may be.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        var all = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await stream.ReadAsync(chunk, cancel) is > 0 and var read)
        {
            if (all.Length + read > FunctionOptions.PayloadBytesMax) return null;
            all.Write(chunk, 0, read);
        }
        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    private sealed record Failure(string Code, string Message, bool MayPass)
    {
        public TransformOutcome Outcome => Code switch
        {
            TimedOutCode => TransformOutcome.TimedOut,
            LimitExceededCode => TransformOutcome.Throttled,
            _ => TransformOutcome.Failed,
        };
    }
}
