using System.Net;
using System.Security.Cryptography;
using ActorStreams.Pipelines.Firehose.Naming;
using Amazon.Runtime;
using Amazon.S3.Model;
using Amazon.S3;

namespace ActorStreams.Pipelines.Firehose.Destinations.S3;

/// <summary>
/// Objects in a bucket, <b>exactly once by name</b>: an object appears under its key whole, with its SHA-256 as metadata, and an object of
/// other bytes that is there is never replaced. A server that does not know <c>If-None-Match</c> is only looked at before the write, so that
/// somebody else's object of the same key, written in between, would be lost.
/// </summary>
public sealed class S3Store : IObjectStore
{
    /// <summary>Name of the metadata, <c>x-amz-meta-</c> before it: 64 digits, hexadecimal.</summary>
    public const string HashMetadata = "actorstreams-sha256";

    private readonly S3StoreOptions _options;
    private readonly AmazonS3Client _client;
    private readonly S3Multipart _multipart;

    /// <summary>Null once the server has said that it does not know the header.</summary>
    private string? _ifNoneMatch = "*";

    /// <exception cref="ArgumentException">An option has a value that cannot be.</exception>
    public S3Store(S3StoreOptions options)
    {
        _options = options;
        _client = S3Clients.Create(options);
        _multipart = new S3Multipart(_client, options);
        Name = S3Clients.EndpointOf(options) is { } endpoint ? $"bucket {options.Bucket} at {endpoint}" : $"bucket {options.Bucket} in {options.Region}";
    }

    public string Name { get; }

    /// <exception cref="FileNotFoundException">The file to deliver is gone.</exception>
    public async Task PutAsync(ObjectToPut item, CancellationToken cancel)
    {
        ObjectKeys.Check(item.Key);
        if (!File.Exists(item.File)) throw new FileNotFoundException($"The file '{item.File}', to be delivered as '{item.Key}', is gone.", item.File);
        await OrAwayAsync(item, async () =>
        {
            if (await IsThereAsync(item, cancel)) return true;
            try
            {
                await WriteAsync(item, cancel);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                // A try before this one whose answer was lost, or another owner of the same delivery. Gone again it is tried again.
                return await IsThereAsync(item, cancel) ? true : throw new DestinationAwayException($"'{item.Key}' came and went in the {Name}.", e);
            }
            return true;
        }, cancel);
    }

    public Task<bool> HasAsync(ObjectToPut item, CancellationToken cancel)
    {
        ObjectKeys.Check(item.Key);
        return OrAwayAsync(item, () => IsThereAsync(item, cancel), cancel);
    }

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) => OrAwayAsync<IReadOnlyList<string>>($"list '{prefix}'", async () =>
    {
        var keys = new List<string>();
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix };
        while (true)
        {
            var page = await _client.ListObjectsV2Async(request, cancel);
            // Null where the page is empty.
            keys.AddRange((page.S3Objects ?? []).Select(o => o.Key));
            if (page.IsTruncated is not true) return [.. keys.Order(StringComparer.Ordinal)];
            request.ContinuationToken = page.NextContinuationToken;
        }
    }, cancel);

    public Task<bool> TryGetAsync(string key, string file, CancellationToken cancel)
    {
        ObjectKeys.Check(key);
        return OrAwayAsync($"give '{key}'", async () =>
        {
            try
            {
                using var response = await _client.GetObjectAsync(_options.Bucket, key, cancel);
                await using var target = new FileStream(file, FileMode.Create);
                await response.ResponseStream.CopyToAsync(target, cancel);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
            {
                return false;
            }
        }, cancel);
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteAsync(ObjectToPut item, CancellationToken cancel)
    {
        var condition = _ifNoneMatch;
        try
        {
            await (item.Length < _options.MultipartBytesMin ? PutWholeAsync(item, condition, cancel) : _multipart.PutAsync(item, condition, cancel));
        }
        catch (AmazonS3Exception e) when (condition is not null && e.StatusCode == HttpStatusCode.NotImplemented)
        {
            _ifNoneMatch = null;
            await WriteAsync(item, cancel);
        }
    }

    private async Task PutWholeAsync(ObjectToPut item, string? ifNoneMatch, CancellationToken cancel)
    {
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = item.Key,
            FilePath = item.File,
            IfNoneMatch = ifNoneMatch,
            UseChunkEncoding = false,
            ChecksumSHA256 = Convert.ToBase64String(item.Sha256.Span),
            ServerSideEncryptionMethod = S3Multipart.MethodOf(_options),
            ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId,
        };
        request.Metadata.Add(HashMetadata, Convert.ToHexStringLower(item.Sha256.Span));
        await _client.PutObjectAsync(request, cancel);
    }

    private async Task<bool> IsThereAsync(ObjectToPut item, CancellationToken cancel)
    {
        GetObjectMetadataResponse found;
        try
        {
            found = await _client.GetObjectMetadataAsync(_options.Bucket, item.Key, cancel);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        if (found.ContentLength != item.Length)
            throw new ObjectDiffersException($"'{item.Key}' in the {Name} holds {found.ContentLength} bytes where {item.Length} are to be delivered. It was left as it is.");
        // Copied by a tool that leaves metadata behind, it still has its bytes.
        var hash = found.Metadata[HashMetadata] ?? await HashAsync(item.Key, cancel);
        if (!string.Equals(hash, Convert.ToHexString(item.Sha256.Span), StringComparison.OrdinalIgnoreCase))
            throw new ObjectDiffersException($"'{item.Key}' in the {Name} holds other bytes than those to deliver, though as many. It was left as it is.");
        return true;
    }

    private async Task<string> HashAsync(string key, CancellationToken cancel)
    {
        using var response = await _client.GetObjectAsync(_options.Bucket, key, cancel);
        return Convert.ToHexString(await SHA256.HashDataAsync(response.ResponseStream, cancel));
    }

    private Task<T> OrAwayAsync<T>(ObjectToPut item, Func<Task<T>> action, CancellationToken cancel) => OrAwayAsync($"take '{item.Key}'", action, cancel);

    /// <summary>
    /// Whatever the server or the way to it fails with counts as passing: also a missing bucket or right is a thing that somebody mends, and
    /// the object waits for it.
    /// </summary>
    private async Task<T> OrAwayAsync<T>(string what, Func<Task<T>> action, CancellationToken cancel)
    {
        try
        {
            return await action();
        }
        catch (AmazonS3Exception e)
        {
            var hint = e.StatusCode == HttpStatusCode.Forbidden ? " (the rights s3:GetObject, s3:PutObject and s3:ListBucket are needed)" : "";
            throw new DestinationAwayException($"The {Name} did not {what}: {(int)e.StatusCode} {e.ErrorCode}: {e.Message}{hint}", e);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && IsTimeout(e))
        {
            throw new DestinationAwayException($"The {Name}, which was to {what}, did not answer within {_options.TryTimeout.TotalSeconds:0.###} s, {_options.TriesMax} times.", e);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException && e is not FileNotFoundException)
        {
            throw new DestinationAwayException($"The {Name} could not be asked to {what}: {Innermost(e).Message}", e);
        }
    }

    /// <summary>The SDK tells a time-out as a cancellation, or as a failure that has one inside.</summary>
    private static bool IsTimeout(Exception e) =>
        e is OperationCanceledException or TimeoutException || (e is not AmazonS3Exception && e.InnerException is { } inner && IsTimeout(inner));

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
