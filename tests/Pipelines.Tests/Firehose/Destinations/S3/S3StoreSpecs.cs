using System.Security.Cryptography;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Destinations.S3;
using ActorStreams.TestKit;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using S3Encryption = ActorStreams.Pipelines.Firehose.Destinations.S3.S3Encryption;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.S3;

public sealed class S3StoreSpecs(MotoServer moto) : IClassFixture<MotoServer>, IAsyncLifetime
{
    private const string Key = "badges/2026/01/15/10/object one+two.json.gz";
    private const int PartBytes = 5 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-s3-").FullName;
    private readonly string _bucket = $"badges-{Guid.NewGuid():N}";
    private AmazonS3Client? _direct;
    private FaultProxy? _proxy;

    public async Task InitializeAsync()
    {
        if (!Requires.HasMotoServer) return;
        _direct = new AmazonS3Client(
            new BasicAWSCredentials("any", "any"),
            new AmazonS3Config { ServiceURL = moto.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await _direct.PutBucketAsync(_bucket);
        _proxy = await FaultProxy.StartAsync(moto.Endpoint);
    }

    public async Task DisposeAsync()
    {
        _direct?.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData((2 * PartBytes) + 1)]
    public async Task An_object_has_its_bytes_and_its_hash_and_a_second_put_sends_nothing(int length)
    {
        Requires.MotoServer();
        using var store = Store();
        var item = Item(length);

        Assert.False(await store.HasAsync(item, default));
        await store.PutAsync(item, default);
        var requests = _proxy!.Requests.Count;
        await store.PutAsync(item, default);

        Assert.True(await store.HasAsync(item, default));
        Assert.All(_proxy.Requests.Skip(requests), r => Assert.StartsWith("HEAD", r));
        using var found = await _direct!.GetObjectAsync(_bucket, Key);
        Assert.Equal(item.Sha256.ToArray(), await SHA256.HashDataAsync(found.ResponseStream));
        Assert.Equal(Convert.ToHexStringLower(item.Sha256.Span), found.Metadata["x-amz-meta-actorstreams-sha256"]);
        Assert.Empty(await UploadsAsync());
    }

    [SkippableFact]
    public async Task Other_bytes_under_the_key_are_told_and_left_alone()
    {
        Requires.MotoServer();
        using var store = Store();
        await _direct!.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = Key, ContentBody = "somebody else's" });

        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.PutAsync(Item(100), default));
        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.HasAsync(Item(15), default));

        using var found = await _direct.GetObjectAsync(_bucket, Key);
        Assert.Equal("somebody else's", await new StreamReader(found.ResponseStream).ReadToEndAsync());
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(PartBytes + 1)]
    public async Task An_object_that_comes_between_the_look_and_the_write_is_not_replaced(int length)
    {
        Requires.MotoServer();
        using var store = Store();
        _proxy!.Fault = (request, before) =>
        {
            if (before == 0 && (request.StartsWith("PUT") || request.StartsWith("POST")))
                _direct!.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = Key, ContentBody = "quicker" }).GetAwaiter().GetResult();
            return ProxyFault.None;
        };

        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.PutAsync(Item(length), default));

        using var found = await _direct!.GetObjectAsync(_bucket, Key);
        Assert.Equal(7, found.ContentLength);
        Assert.Empty(await UploadsAsync());
    }

    [SkippableFact]
    public async Task An_object_without_its_hash_is_known_by_its_bytes()
    {
        Requires.MotoServer();
        using var store = Store();
        var item = Item(1_000);
        await _direct!.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = Key, FilePath = item.File });

        Assert.True(await store.HasAsync(item, default));
        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.HasAsync(item with { Sha256 = new byte[32] }, default));
    }

    [SkippableTheory]
    [InlineData(100, ProxyFault.ServerError)]
    [InlineData(100, ProxyFault.Reset)]
    [InlineData(100, ProxyFault.Stall)]
    [InlineData(100, ProxyFault.AnswerLost)]
    [InlineData(PartBytes + 1, ProxyFault.ServerError)]
    [InlineData(PartBytes + 1, ProxyFault.Reset)]
    [InlineData(PartBytes + 1, ProxyFault.Stall)]
    public async Task One_fault_of_a_write_is_tried_over(int length, ProxyFault fault)
    {
        Requires.MotoServer();
        using var store = Store(new S3StoreOptions(_bucket) { TryTimeout = TimeSpan.FromSeconds(fault == ProxyFault.Stall ? 4 : 30) });
        _proxy!.Fault = (request, before) => request.StartsWith("PUT") && before == 0 ? fault : ProxyFault.None;
        var item = Item(length);

        await store.PutAsync(item, default);

        Assert.True(await store.HasAsync(item, default));
        Assert.Empty(await UploadsAsync());
    }

    [SkippableTheory]
    [InlineData(ProxyFault.ServerError, "as the test wishes")]
    [InlineData(ProxyFault.Reset, "")]
    [InlineData(ProxyFault.Stall, "did not answer")]
    public async Task Faults_that_stay_are_away_after_a_bounded_number_of_tries_and_a_later_put_is_whole(ProxyFault fault, string message)
    {
        Requires.MotoServer();
        using var store = Store(new S3StoreOptions(_bucket) { TriesMax = 2, TryTimeout = TimeSpan.FromSeconds(fault == ProxyFault.Stall ? 3 : 30) });
        _proxy!.Fault = (request, _) => request.StartsWith("PUT") ? fault : ProxyFault.None;
        var item = Item(1_000);

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(item, default));

        Assert.Contains(message, away.Message);
        // Beneath the SDK, .NET's own client repeats a few times what a closing connection never took.
        Assert.InRange(_proxy.Requests.Count(r => r.StartsWith("PUT")), 2, 20);
        _proxy.Fault = (_, _) => ProxyFault.None;
        await store.PutAsync(item, default);
        Assert.True(await store.HasAsync(item, default));
    }

    [SkippableFact]
    public async Task A_bucket_that_disappears_is_away_until_it_is_back()
    {
        Requires.MotoServer();
        using var store = Store();
        var item = Item(1_000);
        await _direct!.DeleteBucketAsync(_bucket);

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(item, default));
        Assert.Contains("NoSuchBucket", away.Message);

        await _direct.PutBucketAsync(_bucket);
        await store.PutAsync(item, default);
        Assert.True(await store.HasAsync(item, default));
    }

    [SkippableFact]
    public async Task What_a_crash_left_of_an_upload_is_cleared_by_the_next_put_of_the_key_and_of_no_other()
    {
        Requires.MotoServer();
        using var store = Store();
        foreach (var key in new[] { Key, Key + ".other" })
            await _direct!.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = _bucket, Key = key });

        await store.PutAsync(Item(PartBytes + 1), default);

        Assert.Equal([Key + ".other"], await UploadsAsync());
    }

    [SkippableFact]
    public async Task An_upload_that_fails_is_aborted()
    {
        Requires.MotoServer();
        using var store = Store(new S3StoreOptions(_bucket) { TriesMax = 1 });
        _proxy!.Fault = (request, _) => request.Contains("partNumber=2") ? ProxyFault.ServerError : ProxyFault.None;

        await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item(PartBytes + 1), default));

        Assert.Empty(await UploadsAsync());
        Assert.False(await store.HasAsync(Item(PartBytes + 1), default));
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(PartBytes + 1)]
    public async Task A_server_without_conditional_writes_takes_objects_all_the_same(int length)
    {
        Requires.MotoServer();
        using var store = Store();
        _proxy!.Fault = (_, _) => ProxyFault.NoConditions;

        await store.PutAsync(Item(length), default);

        Assert.True(await store.HasAsync(Item(length), default));
    }

    [SkippableFact]
    public async Task Encryption_by_the_server_is_asked_for()
    {
        Requires.MotoServer();
        using var store = Store(new S3StoreOptions(_bucket) { Encryption = S3Encryption.Kms, KmsKeyId = "key-1" });
        await store.PutAsync(Item(100), default);

        var found = await _direct!.GetObjectMetadataAsync(_bucket, Key);
        Assert.Equal(ServerSideEncryptionMethod.AWSKMS, found.ServerSideEncryptionMethod);
        Assert.Equal("key-1", found.ServerSideEncryptionKeyManagementServiceKeyId);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_away()
    {
        using var store = new S3Store(new S3StoreOptions("badges") { Endpoint = "http://127.0.0.1:1", Credentials = new("any", "any"), TriesMax = 1 });

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item(100), default));

        Assert.Contains("bucket badges at http://127.0.0.1:1", away.Message);
    }

    [Theory]
    [InlineData("ftp://host", 8 << 20, "Endpoint")]
    [InlineData("http://host", 1_000, "PartBytes")]
    public void A_wrong_option_is_named(string endpoint, long partBytes, string name)
    {
        var wrong = Assert.Throws<ArgumentException>(() => new S3Store(new S3StoreOptions("badges") { Endpoint = endpoint, PartBytes = partBytes }));

        Assert.Contains(name, wrong.Message);
    }

    private S3Store Store(S3StoreOptions? options = null) => new((options ?? new S3StoreOptions(_bucket)) with
    {
        Endpoint = _proxy!.Endpoint.ToString(),
        Credentials = new S3Credentials("any", "any"),
        MultipartBytesMin = PartBytes,
        PartBytes = PartBytes,
    });

    private ObjectToPut Item(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var file = Path.Combine(_folder, $"spooled-{length}");
        File.WriteAllBytes(file, bytes);
        return new ObjectToPut(Key, file, length, SHA256.HashData(bytes));
    }

    private async Task<List<string>> UploadsAsync() =>
        [.. ((await _direct!.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket })).MultipartUploads ?? []).Select(u => u.Key)];
}
