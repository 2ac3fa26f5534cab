using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Policies;

/// <summary>A gateway with two users of the installation's account and two of another one.</summary>
public abstract class PolicySpecs : GatewaySpecs
{
    protected const string OtherAccount = "111111111111";
    protected const string Arn = $"arn:aws:kinesis:{GatewayHost.Region}:{Account}:stream/s";

    /// <summary>Of the installation's account; the first signs where a spec does not say who.</summary>
    protected static readonly AccessKey Owner = GatewayHost.Key;
    protected static readonly AccessKey Clerk = new("AKCLERK", "secret") { UserName = "clerk" };

    /// <summary>Of another account, the second without a name of its own.</summary>
    protected static readonly AccessKey Guest = new("AKGUEST", "secret") { AccountId = OtherAccount, UserName = "guest" };
    protected static readonly AccessKey Stray = new("AKSTRAY", "secret") { AccountId = OtherAccount };

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [Owner, Clerk, Guest, Stray] });

    protected Task<Answer> CallAsync(AccessKey key, string operation, object body) =>
        CallAsync(key, operation, JsonSerializer.Serialize(body));

    protected async Task<Answer> CallAsync(AccessKey key, string operation, string body)
    {
        using var request = Gateway.Request(operation, Encoding.UTF8.GetBytes(body), key: key);
        return await Gateway.SendAsync(request);
    }

    protected async Task AttachAsync(string policy, string arn = Arn) =>
        (await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = arn, Policy = policy })).AssertOk();

    /// <summary>A policy of one statement.</summary>
    protected static string Policy(string effect, string principal, string action, string resource = Arn) =>
        JsonSerializer.Serialize(new
        {
            Version = "2012-10-17",
            Statement = new[] { new { Effect = effect, Principal = new { AWS = principal }, Action = action, Resource = resource } },
        });

    protected static void AssertNotAllowed(Answer answer, string user, string operation, string resource = Arn) => answer.AssertError(
        "AccessDeniedException",
        $"User: arn:aws:iam::{user} is not authorized to perform: kinesis:{operation} on resource: {resource} because no resource-based "
        + $"policy allows the kinesis:{operation} action");

    protected static void AssertDenied(Answer answer, string user, string operation, string resource = Arn) => answer.AssertError(
        "AccessDeniedException",
        $"User: arn:aws:iam::{user} is not authorized to perform: kinesis:{operation} on resource: {resource} with an explicit deny in a "
        + "resource-based policy");
}
