using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ActorStreams.Pipelines.Firehose.Destinations.S3;

/// <summary>
/// Objects that go up in parts. Nothing is under the key until the last request; an upload that fails is aborted, and what a crash left of one
/// is aborted by the next put of the same key, since its parts are paid for and seen by nobody.
/// </summary>
internal sealed class S3Multipart(AmazonS3Client client, S3StoreOptions options)
{
    private const int PartsMax = 10_000;

    public static ServerSideEncryptionMethod? MethodOf(S3StoreOptions options) => options.Encryption switch
    {
        S3Encryption.Aes256 => ServerSideEncryptionMethod.AES256,
        S3Encryption.Kms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

    public async Task PutAsync(ObjectToPut item, string? ifNoneMatch, CancellationToken cancel)
    {
        await AbortLeftoversAsync(item.Key, cancel);
        var begin = new InitiateMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = item.Key,
            ServerSideEncryptionMethod = MethodOf(options),
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKeyId,
        };
        begin.Metadata.Add(S3Store.HashMetadata, Convert.ToHexStringLower(item.Sha256.Span));
        var upload = (await client.InitiateMultipartUploadAsync(begin, cancel)).UploadId;
        try
        {
            var parts = await UploadAsync(item, upload, cancel);
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = item.Key, UploadId = upload, PartETags = [.. parts], IfNoneMatch = ifNoneMatch },
                cancel);
        }
        catch
        {
            await TryAbortAsync(item.Key, upload);
            throw;
        }
    }

    private async Task<PartETag[]> UploadAsync(ObjectToPut item, string upload, CancellationToken cancel)
    {
        var size = Math.Max(options.PartBytes, (item.Length + PartsMax - 1) / PartsMax);
        var parts = new PartETag[(item.Length + size - 1) / size];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, parts.Length),
            new ParallelOptions { MaxDegreeOfParallelism = options.ParallelPartsMax, CancellationToken = cancel },
            async (i, stop) =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = item.Key,
                    UploadId = upload,
                    PartNumber = i + 1,
                    FilePath = item.File,
                    FilePosition = i * size,
                    PartSize = Math.Min(size, item.Length - (i * size)),
                    UseChunkEncoding = false,
                    IsLastPart = i == parts.Length - 1,
                };
                parts[i] = new PartETag(i + 1, (await client.UploadPartAsync(request, stop)).ETag);
            });
        return parts;
    }

    private async Task AbortLeftoversAsync(string key, CancellationToken cancel)
    {
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = key };
        ListMultipartUploadsResponse response;
        do
        {
            try
            {
                response = await client.ListMultipartUploadsAsync(request, cancel);
            }
            catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotImplemented)
            {
                // Whoever may not list them clears them by a rule of the bucket, as the documentation says; that is no reason not to deliver.
                return;
            }
            foreach (var left in response.MultipartUploads ?? [])
            {
                if (left.Key == key) await TryAbortAsync(key, left.UploadId);
            }
            (request.KeyMarker, request.UploadIdMarker) = (response.NextKeyMarker, response.NextUploadIdMarker);
        }
        while (response.IsTruncated == true);
    }

    /// <summary>A server that is away keeps the upload; the next put of the key aborts it.</summary>
    private async Task TryAbortAsync(string key, string upload)
    {
        // Not the caller's token: what was begun is cleared up also when he has given up, for as long as one try takes.
        using var limit = new CancellationTokenSource(options.TryTimeout, TimeProvider.System);
        try
        {
            await client.AbortMultipartUploadAsync(options.Bucket, key, upload, limit.Token);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
        }
    }
}
