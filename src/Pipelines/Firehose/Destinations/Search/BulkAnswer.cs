using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Destinations.Search;

/// <summary>What a <c>_bulk</c> answer says of each document.</summary>
internal static class BulkAnswer
{
    public static IReadOnlyList<SearchOutcome> ForAll(int count, SearchOutcome outcome) => [.. Enumerable.Repeat(outcome, count)];

    /// <param name="ids">Of the documents asked for, in order; null where the server chose.</param>
    public static IReadOnlyList<SearchOutcome> Parse(byte[] body, IReadOnlyList<string?> ids)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
                return NotUnderstood(ids, "it has no list of items");
            if (items.GetArrayLength() != ids.Count) return NotUnderstood(ids, $"it has {items.GetArrayLength()} items for {ids.Count} documents");
            var outcomes = new List<SearchOutcome>(ids.Count);
            foreach (var item in items.EnumerateArray())
            {
                var (action, result) = item.EnumerateObject().Select(p => (p.Name, p.Value)).Single();
                var expected = ids[outcomes.Count];
                if (expected is not null && result.TryGetProperty("_id", out var id) && id.GetString() != expected)
                    return NotUnderstood(ids, $"item {outcomes.Count} is of the id '{id.GetString()}' instead of '{expected}'");
                outcomes.Add(OutcomeOf(action, result));
            }
            return outcomes;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return NotUnderstood(ids, e.Message);
        }
    }

    private static SearchOutcome OutcomeOf(string action, JsonElement item)
    {
        var status = item.GetProperty("status").GetInt32();
        if (status is >= 200 and < 300) return SearchOutcome.Done.Instance;
        // Created by a try before this one.
        if (status == 409 && action == "create") return SearchOutcome.Done.Instance;
        var (type, reason) = ErrorOf(item);
        // Missing indexes and rights, blocks of full disks (403) and limits of the cluster (validation_exception, although 400) are mended by people,
        // and are no fault of the document.
        return status is 401 or 403 or 404 or 408 or 409 or 429 or >= 500 || type == "validation_exception"
            ? new SearchOutcome.Retry($"{status} {type}: {reason}")
            : new SearchOutcome.Failed($"{status} {type}", reason);
    }

    private static (string Type, string Reason) ErrorOf(JsonElement item)
    {
        if (!item.TryGetProperty("error", out var error)) return ("no_error", "The answer gives no reason.");
        if (error.ValueKind == JsonValueKind.String) return ("error", error.GetString()!);
        var type = error.TryGetProperty("type", out var t) ? t.GetString() : null;
        var reason = error.TryGetProperty("reason", out var r) ? r.GetString() : null;
        if (error.TryGetProperty("caused_by", out var cause) && cause.TryGetProperty("reason", out var c)) reason = $"{reason}: {c.GetString()}";
        return (type ?? "error", reason ?? "The answer gives no reason.");
    }

    private static IReadOnlyList<SearchOutcome> NotUnderstood(IReadOnlyList<string?> ids, string why) =>
        ForAll(ids.Count, new SearchOutcome.Retry($"The answer to the bulk request is not understood: {why}."));
}
