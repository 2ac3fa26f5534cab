using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Gateway.Policies;

/// <summary>A policy is not one, or says what is not supported; the text names the element and what is allowed.</summary>
internal sealed class PolicyException(string message) : Exception(message);

/// <summary>
/// Reads policy documents. What it does not know it refuses: a condition that were passed over would open what it was to keep shut.
/// </summary>
internal sealed class PolicyReader
{
    /// <summary>UTF-8 bytes of a document (service quota).</summary>
    public const int BytesMax = 20 * 1024;

    private const string Prefix = "kinesis:";
    private const string FirehosePrefix = "firehose:";
    private const string PrincipalsAllowed =
        "allowed are \"*\", an account of 12 digits, arn:aws:iam::<account>:root and arn:aws:iam::<account>:user/<name>";

    private readonly string? _arn;
    private readonly FrozenSet<string> _shared;

    // Of an access key: it names resources instead of principals.
    private readonly bool _isOfKey;
    private string _at = "the document";

    private PolicyReader(string? arn, FrozenSet<string> shared, bool isOfKey = false)
    {
        _arn = arn;
        _shared = shared;
        _isOfKey = isOfKey;
    }

    /// <summary>For a policy that says what an access key may do.</summary>
    /// <exception cref="PolicyException">With the reason.</exception>
    public static PolicyDocument ReadOfKey(string text) => new PolicyReader(null, [], isOfKey: true).Read(text);

    /// <summary>For a policy that is to be attached to this resource.</summary>
    /// <param name="shared">The operations it may be about.</param>
    /// <exception cref="PolicyException">With the reason.</exception>
    public static PolicyDocument Read(string text, string arn, FrozenSet<string> shared) => new PolicyReader(arn, shared).Read(text);

    /// <summary>For one that was attached: it was checked then.</summary>
    public static PolicyDocument ReadAttached(string text)
    {
        try
        {
            return new PolicyReader(null, []).Read(text);
        }
        catch (PolicyException)
        {
            return PolicyDocument.DenyAll;
        }
    }

    private PolicyDocument Read(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > BytesMax)
            throw new PolicyException(string.Create(CultureInfo.InvariantCulture, $"it has {bytes} bytes; allowed are {BytesMax}."));
        try
        {
            using var json = JsonDocument.Parse(text);
            return ReadDocument(json.RootElement);
        }
        catch (JsonException)
        {
            throw new PolicyException("it is not JSON.");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new PolicyException("a string holds half of a surrogate pair.");
        }
    }

    private PolicyDocument ReadDocument(JsonElement root)
    {
        var members = Members(root, "Version, Id and Statement", ["Version", "Id", "Statement"]);
        if (members.TryGetValue("Version", out var version) && Text(version, "Version") is not ("2012-10-17" or "2008-10-17"))
            throw Wrong("Version", "is neither \"2012-10-17\" nor \"2008-10-17\"");
        if (members.TryGetValue("Id", out var id)) Text(id, "Id");
        if (!members.TryGetValue("Statement", out var statement)) throw Wrong("Statement", "is missing");
        JsonElement[] all = statement.ValueKind == JsonValueKind.Array ? [.. statement.EnumerateArray()] : [statement];
        if (all.Length == 0) throw Wrong("Statement", "is empty");
        var statements = ImmutableArray.CreateBuilder<PolicyStatement>(all.Length);
        for (var i = 0; i < all.Length; i++)
        {
            _at = string.Create(CultureInfo.InvariantCulture, $"statement {i + 1}");
            statements.Add(ReadStatement(all[i]));
        }
        return new PolicyDocument(statements.MoveToImmutable());
    }

    private PolicyStatement ReadStatement(JsonElement element)
    {
        var members = _isOfKey
            ? Members(element, "Sid, Effect, Action, NotAction and Resource", ["Sid", "Effect", "Action", "NotAction", "Resource"])
            : Members(
                element,
                "Sid, Effect, Principal, Action, NotAction and Resource",
                ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource"]);
        if (members.TryGetValue("Sid", out var sid)) Text(sid, "Sid");
        var isAllow = Text(Needed(members, "Effect"), "Effect") switch
        {
            "Allow" => true,
            "Deny" => false,
            var other => throw Wrong("Effect", $"is '{other}'; allowed are Allow and Deny"),
        };
        ImmutableArray<PolicyPrincipal> principals = _isOfKey ? [PolicyPrincipal.Everybody] : ReadPrincipals(Needed(members, "Principal"));
        var isExcept = members.ContainsKey("NotAction");
        if (isExcept == members.ContainsKey("Action")) throw Wrong("Action", "must be given, or NotAction in its place, not both");
        var actions = ReadActions(members[isExcept ? "NotAction" : "Action"], isExcept);
        var resources = ReadResources(Needed(members, "Resource"));
        return new PolicyStatement(isAllow, principals, actions, isExcept, _isOfKey ? resources : ["*"]);
    }

    private ImmutableArray<PolicyPrincipal> ReadPrincipals(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            return Text(element, "Principal") == "*" ? [PolicyPrincipal.Everybody] : throw Wrong("Principal", "is a string other than \"*\"; allowed are \"*\" and {\"AWS\": ...}");
        var members = Members(element, "AWS in Principal", ["AWS"]);
        if (!members.TryGetValue("AWS", out var named)) throw Wrong("Principal", "names nobody; allowed are \"*\" and {\"AWS\": ...}");
        return [.. Texts(named, "Principal").Select(ReadPrincipal)];
    }

    private PolicyPrincipal ReadPrincipal(string text)
    {
        if (text == "*") return PolicyPrincipal.Everybody;
        if (IsAccount(text)) return new PolicyPrincipal(text, null);
        var parts = text.Split(':', 6);
        if (parts is ["arn", "aws", "iam", "", var account, var name] && IsAccount(account))
        {
            if (name == "root") return new PolicyPrincipal(account, null);
            if (name.StartsWith("user/", StringComparison.Ordinal) && UserNames.IsWellFormed(name["user/".Length..]))
                return new PolicyPrincipal(account, name["user/".Length..]);
        }
        throw Wrong("Principal", $"names '{Shortened(text)}'; {PrincipalsAllowed}");
    }

    private ImmutableArray<string> ReadActions(JsonElement element, bool isExcept)
    {
        var member = isExcept ? "NotAction" : "Action";
        var actions = ImmutableArray.CreateBuilder<string>();
        foreach (var text in Texts(element, member))
        {
            // Streams have policies, delivery streams have none; a key has one for both.
            if (text != "*" && !text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && !(_isOfKey && text.StartsWith(FirehosePrefix, StringComparison.OrdinalIgnoreCase)))
            {
                throw Wrong(
                    member,
                    $"is '{Shortened(text)}'; allowed are actions that begin with {Prefix}{(_isOfKey ? $" or {FirehosePrefix}" : "")}, and \"*\"");
            }
            if ((_isOfKey || _arn is not null) && !IsKnown(text))
                throw Wrong(member, $"'{Shortened(text)}' is no operation of the API, and covers none; allowed are those such as kinesis:PutRecord{(_isOfKey ? " and firehose:PutRecord" : "")}, with or without wildcards");
            var action = text == "*" ? text : text[Prefix.Length..];
            // Exceptions may be of anything, as they open nothing by themselves.
            if (_arn is not null && !isExcept && !Covers(action, _shared))
            {
                throw Wrong(
                    member,
                    $"'{Shortened(text)}' is none that this resource can be shared for; allowed are {string.Join(", ", _shared.Order().Select(o => Prefix + o))}, and wildcards that cover one of them");
            }
            actions.Add(text);
        }
        return actions.ToImmutable();
    }

    private static bool IsKnown(string text) => text == "*"
        || (text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && Covers(text[Prefix.Length..], KnownOperations.OfKinesis))
        || (text.StartsWith(FirehosePrefix, StringComparison.OrdinalIgnoreCase) && Covers(text[FirehosePrefix.Length..], KnownOperations.OfFirehose));

    private static bool Covers(string pattern, FrozenSet<string> operations) => operations.Any(o => Wildcard.Matches(pattern, o, ignoreCase: true));

    private ImmutableArray<string> ReadResources(JsonElement element)
    {
        var resources = Texts(element, "Resource");
        foreach (var text in resources)
        {
            if (_arn is not null && !Wildcard.Matches(text, _arn, ignoreCase: false))
                throw Wrong("Resource", $"is '{Shortened(text)}'; allowed is the ARN that the policy is attached to, {_arn}, and wildcards that match it");
            if (_isOfKey && text != "*" && !IsArnOfStreams(text))
            {
                throw Wrong(
                    "Resource",
                    $"is '{Shortened(text)}'; allowed are \"*\" and ARNs with or without wildcards, such as arn:aws:kinesis:*:*:stream/orders-*, arn:aws:kinesis:*:*:stream/*/consumer/* and arn:aws:firehose:*:*:deliverystream/*");
            }
        }
        return [.. resources];
    }

    private static bool IsArnOfStreams(string text) =>
        text.Split(':', 6) is ["arn", _, var service, _, _, var name]
        && (name.StartsWith('*') ? service is "kinesis" or "firehose" or "*"
            : (service is "kinesis" or "*" && name.StartsWith("stream/", StringComparison.Ordinal))
            || (service is "firehose" or "*" && name.StartsWith("deliverystream/", StringComparison.Ordinal)));

    /// <summary>The members of an object, all of them known and none given twice: readers differ in which of two they take.</summary>
    private Dictionary<string, JsonElement> Members(JsonElement element, string allowed, string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new PolicyException($"{_at} must be an object with {allowed}.");
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw Wrong(Shortened(member.Name), $"is not supported; allowed are {allowed}");
            if (!members.TryAdd(member.Name, member.Value)) throw Wrong(member.Name, "is given twice");
        }
        return members;
    }

    private JsonElement Needed(Dictionary<string, JsonElement> members, string member) =>
        members.TryGetValue(member, out var element) ? element : throw Wrong(member, "is missing");

    private string Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong(member, "must be a string");

    private string[] Texts(JsonElement element, string member)
    {
        if (element.ValueKind == JsonValueKind.String) return [Text(element, member)];
        if (element.ValueKind != JsonValueKind.Array) throw Wrong(member, "must be a string or a list of strings");
        string[] texts = [.. element.EnumerateArray().Select(e => Text(e, member))];
        return texts.Length > 0 ? texts : throw Wrong(member, "is empty");
    }

    private PolicyException Wrong(string element, string what) => new($"{element} in {_at} {what}.");

    private static bool IsAccount(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);

    private static string Shortened(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
