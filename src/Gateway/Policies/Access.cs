using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Policies;

/// <summary>
/// Decides whether a caller may do what he asks for, as AWS does. A key of the account of a stream may do what its own policy or that of the
/// stream allows and neither denies, and everything where it has none of its own; a key of another account what the stream's policy allows and
/// its own, if it has one. Without access keys nothing is checked.
/// </summary>
internal static class Access
{
    // By the very string that a description holds, so that nothing is kept for longer than it.
    private static readonly ConditionalWeakTable<string, PolicyDocument> s_read = [];

    // Where requests name their resource; the texts of denials say which it was.
    private static readonly ImmutableArray<Member> s_arns =
        [new("StreamARN", MemberType.String), new("ResourceARN", MemberType.String), new("ConsumerARN", MemberType.String)];
    private static readonly ImmutableArray<Member> s_names = [new("DeliveryStreamName", MemberType.String)];

    /// <summary>Operations on the account, which a key's policy allows by the resource "*".</summary>
    private static readonly FrozenSet<string> s_ofAccount =
    [
        "ListStreams", "DescribeLimits", "DescribeAccountSettings", "UpdateAccountSettings", "CreateChannel", "DeleteChannel", "DescribeChannel",
        "ListChannels", "UpdateChannel", "ListDeliveryStreams",
    ];

    /// <summary>Nothing is checked, or there is nothing to check: nearly every call.</summary>
    public static bool IsFree(ApiCall call, string? policy) =>
        call.Caller.IsTrusted || (policy is null && !call.IsForeign && call.Caller.Policy is null);

    /// <summary>Throws the AccessDeniedException.</summary>
    /// <param name="arn">Of the stream or the consumer that the call is about.</param>
    /// <param name="policy">Of the same; null for none.</param>
    public static void Check(ApiCall call, string arn, string? policy) =>
        Check(call, call.Api, call.Operation, arn, policy);

    /// <summary>The same for an operation that the call brings about besides its own.</summary>
    public static void Check(ApiCall call, ServiceApi api, string operation, string arn, string? policy)
    {
        if (Refusal(call, api, operation, arn, policy) is { } refusal) throw refusal;
    }

    /// <summary>The AccessDeniedException that <see cref="Check(ApiCall, ServiceApi, string, string, string?)"/> throws; null where the caller may do it.</summary>
    public static ApiException? Refusal(ApiCall call, ServiceApi api, string operation, string arn, string? policy)
    {
        if (IsFree(call, policy)) return null;
        var caller = call.Caller;
        var own = caller.Policy?.Judge(caller, operation, arn, api.Service);
        if (own == PolicyVerdict.Denied) return Denied(caller, api, operation, arn, "an identity-based policy");
        var ofResource = policy is null || (!call.IsForeign && SharedOperations.OfPolicies.Contains(operation))
            ? PolicyVerdict.Silent
            : s_read.GetValue(policy, PolicyReader.ReadAttached).Judge(caller, operation, arn, api.Service);
        if (ofResource == PolicyVerdict.Denied) return Denied(caller, api, operation, arn, "a resource-based policy");
        if (call.IsForeign && (ofResource == PolicyVerdict.Silent || !IsShared(api, operation))) return NotAllowed(caller, api, operation, arn);
        if (own == PolicyVerdict.Silent && (call.IsForeign || ofResource == PolicyVerdict.Silent)) return NotAllowedByKey(caller, api, operation, arn);
        return null;
    }

    /// <summary>
    /// Operations on accounts, and those that streams are not shared for, are closed to other accounts whatever policies say; those on the account
    /// are open to keys with a policy where it says so.
    /// </summary>
    public static void CheckOperation(ApiCall call)
    {
        if (call.IsForeign && !IsShared(call.Api, call.Operation)) throw NotAllowed(call.Caller, call.Api, call.Operation, NamedArn(call));
        if (call.Caller.Policy is not null && s_ofAccount.Contains(call.Operation)) call.AuthorizeAccount();
    }

    /// <param name="arn">Null where the call is about the account, or does not say what it is about.</param>
    public static ApiException NotAllowed(Caller caller, ServiceApi api, string operation, string? arn) => arn is null
        ? NotAllowedByKey(caller, api, operation, null)
        : KinesisErrors.AccessDenied(
            $"User: {caller.Arn} is not authorized to perform: {api.Service}:{operation} on resource: {arn} because no resource-based policy allows the {api.Service}:{operation} action");

    private static ApiException NotAllowedByKey(Caller caller, ServiceApi api, string operation, string? arn) => KinesisErrors.AccessDenied(
        $"User: {caller.Arn} is not authorized to perform: {api.Service}:{operation}{(arn is null or "*" ? "" : $" on resource: {arn}")} because no identity-based policy allows the {api.Service}:{operation} action");

    private static ApiException Denied(Caller caller, ServiceApi api, string operation, string arn, string where) => KinesisErrors.AccessDenied(
        $"User: {caller.Arn} is not authorized to perform: {api.Service}:{operation}{(arn == "*" ? "" : $" on resource: {arn}")} with an explicit deny in {where}");

    private static string? NamedArn(ApiCall call)
    {
        if (call.Api == ServiceApi.Firehose)
            return call.Read(s_names).Text("DeliveryStreamName") is { } name ? DeliveryStreamReference.Arn(new(call.Region, name), call.AccountId) : null;
        var named = call.Read(s_arns);
        return named.Text("StreamARN") ?? named.Text("ResourceARN") ?? named.Text("ConsumerARN");
    }

    /// <summary>Delivery streams have no policies that could let another account in.</summary>
    private static bool IsShared(ServiceApi api, string operation) =>
        api == ServiceApi.Kinesis && (SharedOperations.OfStreams.Contains(operation) || SharedOperations.OfConsumers.Contains(operation));
}
