using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Tells everything that would keep a stream from being created as it is described, or from becoming so where it is there, and changes nothing. An operation of
/// our own, in JSON only, as CheckDeliveryStream of Firehose is.
/// </summary>
/// <param name="keys">Of this node.</param>
internal sealed class CheckStream(IStreams streams, EncryptionKeys keys) : IApiAction
{
    private static readonly ImmutableArray<Member> s_input =
    [
        Members.RequiredStreamName,
        new("ShardCount", MemberType.Integer) { ValueMin = 1 },
        Members.StreamModeDetails,
        new("RetentionPeriodHours", MemberType.Integer) { ValueMin = KinesisLimits.RetentionHoursMin, ValueMax = KinesisLimits.RetentionHoursMax },
        new("KeyId", MemberType.String) { LengthMin = 1, LengthMax = 2048 },
        Members.Tags,
    ];

    public string Operation => "CheckStream";

    public async Task InvokeAsync(ApiCall call)
    {
        if (call.Encoding != WireEncoding.Json) throw KinesisErrors.UnknownOperation();
        var document = StrictShape.Parse(call.Body.Span);
        var problems = new Problems();
        StrictShape.Check(document, s_input, "", problems);
        var input = JsonShapeReader.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), s_input);
        var present = await FindAsync(new StreamId(call.Region, input.Text("StreamName") ?? ""), call);
        var rules = new Problems();
        CheckMode(input, present, rules);
        if (input.Text("KeyId") is { } key && keys.Find(key) is null) rules.Add("KeyId", ChangeErrors.KeyNotFound(key).Detail!);
        rules.Try("Tags", () => CheckTags(input, present, call));
        problems.AddRest(rules);
        await call.AnswerAsync(writer => WriteProblems(writer, problems));
    }

    /// <summary>The answer's member, as checks of both APIs have it.</summary>
    public static void WriteProblems(AnswerWriter writer, Problems problems) => writer.List("Problems", problems.All, (w, problem) =>
    {
        w.String("Path", problem.Path);
        w.String("Text", problem.Text);
    });

    private async Task<StreamDescription?> FindAsync(StreamId stream, ApiCall call)
    {
        switch (await streams.DescribeStreamAsync(stream, call.Aborted))
        {
            case DescribeStreamResult.Found found:
                call.Authorize(found.Stream);
                return found.Stream;
            case DescribeStreamResult.NotFound:
                call.Authorize(stream);
                return null;
            default:
                throw KinesisErrors.InternalFailure();
        }
    }

    private static void CheckMode(ShapeValues input, StreamDescription? present, Problems problems)
    {
        var count = input.Integer("ShardCount");
        var mode = input.Structure("StreamModeDetails")?.Text("StreamMode") ?? (present is null ? null : StreamShapes.Mode(present.Mode));
        if (mode == "ON_DEMAND" && count is not null) problems.Add("ShardCount", "must not be given for a stream in ON_DEMAND mode, which counts its shards itself.");
        if (present is not null && count > KinesisLimits.UpdateShardCountMax)
        {
            problems.Add("ShardCount", string.Create(
                CultureInfo.InvariantCulture, $"is {count}; a stream that is there can be scaled to {KinesisLimits.UpdateShardCountMax} shards at most."));
        }
        if (mode == "PROVISIONED" && count is null && present is null) problems.Add("ShardCount", "must be given for a stream in PROVISIONED mode.");
    }

    private static void CheckTags(ShapeValues input, StreamDescription? present, ApiCall call)
    {
        var tags = (present?.Configuration.Tags ?? StreamConfiguration.NoTags).SetItems(TagRules.Read(input));
        if (tags.Count > StreamChanges.TagsMax) throw ChangeErrors.TooManyTags($"stream {input.Text("StreamName")}", call.AccountId);
    }
}
