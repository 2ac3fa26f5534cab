using ActorStreams.Hosting;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

internal enum ApplyMode
{
    Apply,
    Check,
    Diff,
}

/// <summary>
/// Checks documents, compares them with the node, and makes it so. Nothing is changed unless everything is right. What one change fails on does not keep
/// the others from being made: they can be made in any order, and another run goes on where this one ended.
/// </summary>
internal sealed class ApplyRun(ApplyServices services, EnvironmentValues environment, TextWriter output, TextWriter errorOutput)
{
    /// <summary>The exit code.</summary>
    public async Task<int> RunAsync(IEnumerable<(string Name, TextReader Text)> files, ApplyMode mode, CancellationToken cancel)
    {
        var errors = new List<ApplyError>();
        var resources = new DocumentReader(environment, errors).Read(files);
        if (resources.Count == 0 && errors.Count == 0)
        {
            Refuse("there is no document; a file takes documents of the kinds Stream and DeliveryStream, a folder such files that end in .yaml or .yml.");
            return ExitCodes.WrongSettings;
        }
        var isChecked = await CheckAsync(resources, cancel);
        foreach (var error in errors.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line)) errorOutput.WriteLine(error);
        if (errors.Count > 0)
        {
            Refuse($"{Count(errors.Count, "error")}; nothing was changed.");
            return ExitCodes.WrongSettings;
        }
        if (!isChecked) return ExitCodes.Failed;
        if (mode != ApplyMode.Check) return await CompareAsync(resources, mode, cancel);
        output.WriteLine($"{Count(resources.OfType<StreamResource>().Count(), "stream")} and {Count(resources.OfType<DeliveryStreamResource>().Count(), "delivery stream")}, no error.");
        return ExitCodes.Ok;
    }

    /// <summary>False where the node could not say.</summary>
    private async Task<bool> CheckAsync(IReadOnlyList<ApplyResource> resources, CancellationToken cancel)
    {
        var coming = resources.OfType<StreamResource>().Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        try
        {
            foreach (var resource in resources) await resource.CheckAsync(services, coming, cancel);
            return true;
        }
        catch (ApiException e) when (e.Error == "UnknownOperationException")
        {
            Refuse("the service cannot check documents: it is no ActorStreams, or an older one. Nothing was changed.");
        }
        catch (ApiException e)
        {
            Refuse($"{e.Message.TrimEnd('.')}. Nothing was changed.");
        }
        return false;
    }

    private async Task<int> CompareAsync(IReadOnlyList<ApplyResource> resources, ApplyMode mode, CancellationToken cancel)
    {
        var (created, changed, same, unknown, failed) = (0, 0, 0, 0, 0);
        foreach (var resource in resources)
        {
            try
            {
                var drift = await resource.CompareAsync(services, cancel);
                if (!drift.IsEmpty && mode == ApplyMode.Apply) await resource.MakeAsync(services, drift, cancel);
                if (!drift.IsThere) created++;
                else if (!drift.IsEmpty) changed++;
                else if (drift.Unknown.Count > 0) unknown++;
                else same++;
                Tell(resource, drift, mode);
            }
            catch (ApiException e)
            {
                failed++;
                Refuse(resource, Explained(e));
                if (e.Error == ApiException.Unreachable) break;
            }
        }
        var would = mode == ApplyMode.Diff ? " to be" : "";
        output.WriteLine($"{created}{would} created, {changed}{would} changed, {same} as described{(unknown > 0 ? $", {unknown} not known" : "")}{(failed > 0 ? $", {failed} failed" : "")}.");
        if (failed > 0) return ExitCodes.Failed;
        return mode == ApplyMode.Diff && created + changed > 0 ? ExitCodes.Differs : ExitCodes.Ok;
    }

    private void Tell(ApplyResource resource, Drift drift, ApplyMode mode)
    {
        var isDone = mode == ApplyMode.Apply;
        var what = drift switch
        {
            { IsThere: false } => isDone ? "created" : "is not there",
            { IsEmpty: true, Unknown.Count: > 0 } => "nothing differs of what is known",
            { IsEmpty: true } => "nothing differs",
            _ => isDone ? "changed" : "differs",
        };
        output.WriteLine($"{resource.Document.Title}: {what}");
        foreach (var difference in drift.Differences) output.WriteLine($"  {environment.Hidden($"{difference}")}");
        foreach (var path in drift.Unknown)
            output.WriteLine($"  {path}: whether the node's is another is not known; it is told to those who may call firehose:UpdateDestination.");
    }

    private static string Explained(ApiException e) => e.Error switch
    {
        "ConcurrentModificationException" or "ResourceInUseException" => $"{e.Message.TrimEnd('.')}. It was changed meanwhile by somebody else, and is left as it is; look with --diff, and apply again.",
        _ => e.Message,
    };

    private void Refuse(ApplyResource resource, string what) => errorOutput.WriteLine($"actorstreams apply: {resource.Document.Title}: {environment.Hidden(what)}");

    private void Refuse(string what) => errorOutput.WriteLine($"actorstreams apply: {environment.Hidden(what)}");

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
