using System.Collections.Immutable;
using System.Security.Cryptography;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Destinations.S3;
using ActorStreams.Pipelines.Tests.Firehose.Destinations;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>How requests to buckets are made, as settings say it.</summary>
public sealed class BucketOptionsSpecs
{
    private static readonly Uri s_endpoint = new("http://127.0.0.1:1");

    [Fact]
    public void What_settings_leave_out_is_as_it_was()
    {
        var usual = new S3StoreOptions("lake");

        Assert.Equal(usual, new BucketOptions { Endpoint = s_endpoint }.Tuned(usual));
        Assert.Equal(
            usual with { MultipartBytesMin = 5 << 20, PartBytes = 6 << 20, ParallelPartsMax = 7, TriesMax = 8, TryTimeout = TimeSpan.FromSeconds(9) },
            new BucketOptions { MultipartBytesMin = 5 << 20, PartBytes = 6 << 20, ParallelPartsMax = 7, TriesMax = 8, TryTimeout = TimeSpan.FromSeconds(9) }.Tuned(usual));
    }

    [Fact]
    public void Each_setting_that_cannot_be_is_named_with_what_is_allowed()
    {
        var wrong = new BucketOptions { Endpoint = s_endpoint, MultipartBytesMin = 1, PartBytes = 6L << 30, ParallelPartsMax = 65, TriesMax = 0, TryTimeout = TimeSpan.FromHours(2) };

        Assert.Equal(
            [
                "PartBytes is '6442450944'; it takes 5242880 to 5368709120.", "MultipartBytesMin is '1'; it takes 5242880 to 5368709120.", "ParallelPartsMax is '65'; it takes 1 to 64.",
                "TriesMax is '0'; it takes 1 to 20.", "TryTimeout is '02:00:00'; it takes a time above 0, up to an hour.",
            ],
            wrong.RequestProblems().Select(p => $"{p.Name} {p.Text}"));
        Assert.Empty(new BucketOptions { Endpoint = s_endpoint, PartBytes = 5 << 20, ParallelPartsMax = 64, TriesMax = 20, TryTimeout = TimeSpan.FromHours(1) }.RequestProblems());
    }

    [Fact]
    public void A_folder_has_no_requests() => Assert.Equal(
        ("TriesMax", "is for a bucket with an Endpoint; a Folder has no requests."),
        Assert.Single(new BucketOptions { Folder = "/lake", TriesMax = 3 }.RequestProblems()));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_bucket_that_fails_is_tried_as_often_as_its_settings_say(int tries)
    {
        await using var server = await StubServer.StartAsync();
        server.Always(500);
        var options = new FirehoseOptions
        {
            Buckets = ImmutableSortedDictionary<string, BucketOptions>.Empty.Add(
                "lake", new BucketOptions { Endpoint = server.Url, AccessKeyId = "any", SecretAccessKey = "any", TriesMax = tries }),
        };
        await using var plan = new DeliveryPlanReader(options, TimeProvider.System).Read(DeliveryRig.Definition with { Destination = """{"BucketARN":"arn:aws:s3:::lake"}""" });
        var file = Path.GetTempFileName();
        try
        {
            await Assert.ThrowsAsync<DestinationAwayException>(() => plan.Store.PutAsync(new ObjectToPut("a", file, 0, SHA256.HashData([])), CancellationToken.None));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal(tries, server.Requests.Count);
    }
}
