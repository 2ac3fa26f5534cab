using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Policies;

/// <summary>
/// Decides whether a caller may do what he asks for, as AWS does: the account of a stream may do everything that its policy does not
/// deny, other accounts only what it allows. Without access keys nothing is checked.
/// </summary>
internal static class Access
{
    // By the very string that a description holds, so that nothing is kept for longer than it.
    private static readonly ConditionalWeakTable<string, PolicyDocument> s_read = [];

    // Where requests name their resource; the texts of denials say which it was.
    private static readonly ImmutableArray<Member> s_arns =
        [new("StreamARN", MemberType.String), new("ResourceARN", MemberType.String), new("ConsumerARN", MemberType.String)];

    /// <summary>Nothing is checked, or there is nothing to check: nearly every call.</summary>
    public static bool IsFree(KinesisCall call, string? policy) => call.Caller.IsTrusted || (policy is null && !call.IsForeign);

    /// <summary>Throws the AccessDeniedException.</summary>
    /// <param name="arn">Of the stream or the consumer that the call is about.</param>
    /// <param name="policy">Of the same; null for none.</param>
    public static void Check(KinesisCall call, string arn, string? policy)
    {
        var (caller, operation) = (call.Caller, call.Operation);
        if (IsFree(call, policy) || (!call.IsForeign && SharedOperations.OfPolicies.Contains(operation))) return;
        var verdict = policy is null ? PolicyVerdict.Silent : s_read.GetValue(policy, PolicyReader.ReadAttached).Judge(caller, operation);
        if (verdict == PolicyVerdict.Denied) throw Denied(caller, operation, arn);
        if (call.IsForeign && (verdict == PolicyVerdict.Silent || !IsShared(operation))) throw NotAllowed(caller, operation, arn);
    }

    /// <summary>Operations on accounts, and those that streams are not shared for, are closed to other accounts whatever policies say.</summary>
    public static void CheckOperation(KinesisCall call)
    {
        if (!call.IsForeign || IsShared(call.Operation)) return;
        var named = call.Read(s_arns);
        throw NotAllowed(call.Caller, call.Operation, named.Text("StreamARN") ?? named.Text("ResourceARN") ?? named.Text("ConsumerARN"));
    }

    public static KinesisException NotAllowed(Caller caller, string operation, string? arn) => KinesisErrors.AccessDenied(
        arn is null
            ? $"User: {caller.Arn} is not authorized to perform: kinesis:{operation} because no identity-based policy allows the kinesis:{operation} action"
            : $"User: {caller.Arn} is not authorized to perform: kinesis:{operation} on resource: {arn} because no resource-based policy allows the kinesis:{operation} action");

    private static KinesisException Denied(Caller caller, string operation, string arn) => KinesisErrors.AccessDenied(
        $"User: {caller.Arn} is not authorized to perform: kinesis:{operation} on resource: {arn} with an explicit deny in a resource-based policy");

    private static bool IsShared(string operation) =>
        SharedOperations.OfStreams.Contains(operation) || SharedOperations.OfConsumers.Contains(operation);
}
