namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>Which expressions may stand where, as the Firehose guide has it (Custom Prefixes for Amazon S3 Objects; Dynamic Partitioning).</summary>
internal static class NamingRules
{
    public static IEnumerable<NamingError> Broken(NamingSettings settings, PrefixExpression prefix, PrefixExpression? errorPrefix)
    {
        if (prefix.HasErrorOutputType)
            yield return new NamingError("Prefix", null, "!{firehose:error-output-type} may stand only in ErrorOutputPrefix.");
        if (errorPrefix is null && prefix.HasExpressions)
            yield return new NamingError("ErrorOutputPrefix", null, "It can't be null or empty when Prefix contains expressions.");
        if (errorPrefix is { HasExpressions: true, HasErrorOutputType: false })
            yield return new NamingError("ErrorOutputPrefix", null, "It contains expressions, so !{firehose:error-output-type} must be among them.");
        if (errorPrefix is not null && errorPrefix.QueryKeys.Count + errorPrefix.LambdaKeys.Count > 0)
            yield return new NamingError("ErrorOutputPrefix", null, "Partition keys may stand only in Prefix.");
        foreach (var error in BrokenOfPartitioning(settings, prefix)) yield return error;
    }

    private static IEnumerable<NamingError> BrokenOfPartitioning(NamingSettings settings, PrefixExpression prefix)
    {
        if (!settings.HasDynamicPartitioning)
        {
            if (prefix.QueryKeys.Count + prefix.LambdaKeys.Count > 0)
                yield return new NamingError("Prefix", null, "It names partition keys, so DynamicPartitioningConfiguration must be enabled.");
            yield break;
        }
        if (prefix.QueryKeys.Count + prefix.LambdaKeys.Count == 0)
            yield return new NamingError("Prefix", null, "Dynamic partitioning is enabled, so it must name a partition key: !{partitionKeyFromQuery:key} or !{partitionKeyFromLambda:key}.");
        foreach (var key in settings.QueryKeys.Where(key => !prefix.QueryKeys.Contains(key)))
            yield return new NamingError("Prefix", null, $"The query's key {key} is not used; every one must be, as !{{partitionKeyFromQuery:{key}}}.");
        foreach (var key in prefix.QueryKeys.Except(settings.QueryKeys).Order(StringComparer.Ordinal))
        {
            var allowed = settings.QueryKeys.Count == 0 ? "there is none" : $"it has {string.Join(", ", settings.QueryKeys)}";
            yield return new NamingError("Prefix", null, $"The query has no key {key}; {allowed}.");
        }
        if (prefix.LambdaKeys.Count > 0 && !settings.HasTransform)
            yield return new NamingError("Prefix", null, "!{partitionKeyFromLambda:...} needs a Lambda processor.");
    }
}
