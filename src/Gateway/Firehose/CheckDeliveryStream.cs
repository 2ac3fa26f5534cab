using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// Tells everything that would keep a delivery stream from being created as it is described, or from becoming so where it is there, and changes nothing.
/// An operation of our own: a service that does not have it refuses it, where a parameter of the service's own operation would be passed over, and the
/// delivery stream created.
/// </summary>
internal sealed class CheckDeliveryStream(DeliverySources sources, DestinationStreams targets, IDeliveryStreams deliveries, DeliveryLookup lookup, EncryptionKeys keys)
    : FirehoseAction("CheckDeliveryStream")
{
    private const string Source = "SourceStreamName";
    private const string Coming = "ComingStreams";
    private const string Destination = "Destination";
    private const string Encryption = "DeliveryStreamEncryptionConfigurationInput";

    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        Members.Name(Source),
        // Streams that are to be created before.
        new(Coming, MemberType.StringList) { Items = Members.Name(Coming) },
        DeliveryMembers.Encryption,
        new(Destination, MemberType.Structure) { IsRequired = true, Members = DestinationKind.Configurations },
        DeliveryMembers.Tags,
    ];

    private sealed record Findings(Problems Problems, List<SaidSecret> Secrets);

    /// <param name="IsChanged">It is another than the one that is there; null where the caller may not know.</param>
    private readonly record struct SaidSecret(string Path, bool? IsChanged);

    public override async Task InvokeAsync(ApiCall call)
    {
        var document = StrictShape.Parse(call.Body.Span);
        var findings = new Findings(new Problems(), []);
        StrictShape.Check(document, s_input, "", findings.Problems);
        var input = JsonShapeReader.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName") ?? "");
        var present = await lookup.FindAsync(id, call);
        var rules = new Problems();
        await CheckSourceAsync(input, present, call, rules);
        CheckEncryption(input, rules);
        if (present is not null && present.Tags.SetItems(DeliveryMembers.ReadTags(input)).Count > FirehoseLimits.TagsMax)
            rules.Add("Tags", $"would be more than {FirehoseLimits.TagsMax} with those that are there, as many as there may be.");
        findings.Problems.AddRest(rules);
        await CheckDestinationAsync(input, id, present, call, findings);
        await call.AnswerAsync(writer => WriteFindings(writer, findings));
    }

    private async Task CheckSourceAsync(ShapeValues input, DeliveryStream? present, ApiCall call, Problems problems)
    {
        var source = input.Text(Source);
        if (present is not null && present.Stream?.Name != source)
        {
            var reads = present.Stream is { } stream ? $"reads the stream {stream.Name}" : "takes direct puts";
            problems.Add(Source, $"can't be changed: the delivery stream {reads}. Delete it and create it anew, or give this one another name.");
        }
        else if (source is not null && input.Texts(Coming)?.Contains(source) != true)
        {
            await problems.TryAsync(Source, () => sources.CheckAsync(new StreamId(call.Region, source), call));
        }
    }

    private void CheckEncryption(ShapeValues input, Problems problems)
    {
        if (input.Structure(Encryption) is not { } said) return;
        if (input.Text(Source) is not null) problems.Add(Encryption, "is only applicable to delivery streams that take direct puts.");
        else problems.Try(Encryption, () => DeliveryEncryption.Read(said, keys));
    }

    private async Task CheckDestinationAsync(ShapeValues input, DeliveryStreamId id, DeliveryStream? present, ApiCall call, Findings findings)
    {
        if (input.Structure(Destination) is not { } destination) return;
        var names = DestinationKind.Configurations.Select(c => c.Name).Where(n => destination.Structure(n) is not null).ToList();
        // One that is misspelt or not even an object was named already.
        if (names.Count == 0 && findings.Problems.All.Any(p => p.Path.StartsWith(Destination + ".", StringComparison.Ordinal))) return;
        var (kind, said) = (DestinationKind.ExtendedS3, new JsonObject());
        if (!findings.Problems.Try(Destination, () => (kind, said) = DestinationKind.ReadConfiguration(destination))) return;

        var path = $"{Destination}.{names[0]}";
        if (present is not null && DestinationKind.Of(present.Destination) is var was && was != kind)
        {
            findings.Problems.Add(
                path, $"can't be changed from {was.Name} to {kind.Name}: no kind of destination becomes another. Delete the delivery stream and create it anew, or give this one another name.");
            return;
        }
        var found = new Problems();
        var whole = DestinationDocuments.Completed(kind, present is null ? said : DestinationDocuments.Merged(present.Destination.Configuration, said));
        if (present is not null) CheckChange(kind, present.Destination.Configuration, said, whole, found);
        DestinationRules.Check(kind, whole, found);
        var read = input.Text(Source) is { } source ? new StreamId(call.Region, source) : (StreamId?)null;
        if (found.All.Count == 0) await found.TryAsync("EndpointConfiguration.Url", () => targets.CheckAsync(id, whole, read, call, input.Texts(Coming)));
        findings.Problems.AddRest(found, path, Follows);
        var ofDelivery = new Problems();
        foreach (var problem in deliveries.Check(id, new DeliveryDestination(kind.Name, whole))) ofDelivery.Add(problem.Path, problem.Text);
        findings.Problems.AddRest(ofDelivery, path, Follows);

        // Who may give another secret may know whether this one is right.
        var isTold = present is not null
            && Access.Refusal(call, ServiceApi.Firehose, "UpdateDestination", DeliveryStreamReference.Arn(id, call.AccountId), null) is null;
        var changed = isTold ? DestinationSecrets.Changed(present!.Destination.Configuration, said).ToList() : [];
        findings.Secrets.AddRange(DestinationSecrets.Said(said).Select(secret => new SaidSecret($"{path}.{secret}", isTold ? changed.Contains(secret) : null)));
    }

    /// <summary>Which partition keys names can have is said by the processors and by whether there is partitioning; of two addresses of a cluster one is wanted.</summary>
    private static bool Follows(Problem problem, Problem before) => problem.Path.EndsWith(".Prefix", StringComparison.Ordinal)
        ? before.Path.Contains(".ProcessingConfiguration", StringComparison.Ordinal) || before.Path.Contains(".DynamicPartitioningConfiguration", StringComparison.Ordinal)
        : problem.Path.EndsWith(".DomainARN", StringComparison.Ordinal) && before.Path.EndsWith(".ClusterEndpoint", StringComparison.Ordinal);

    private static void CheckChange(DestinationKind kind, JsonObject present, JsonObject said, JsonObject whole, Problems problems)
    {
        DestinationRules.CheckChange(present, whole, problems);
        foreach (var member in kind.Members.Where(m => !kind.IsChangeable(m)))
        {
            if (said[member.Name] is { } value && !JsonNode.DeepEquals(value, present[member.Name]))
                problems.Add(member.Name, "can't be changed: an update does not take it. Delete the delivery stream and create it anew.");
        }
    }

    private static void WriteFindings(AnswerWriter writer, Findings findings)
    {
        CheckStream.WriteProblems(writer, findings.Problems);
        writer.List("Secrets", findings.Secrets, (w, secret) =>
        {
            w.String("Path", secret.Path);
            w.Bool("IsChanged", secret.IsChanged);
        });
    }
}
