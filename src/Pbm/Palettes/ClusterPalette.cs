using System.CommandLine;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;
using ActorStreams.Pbm.Shell;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm cluster</c>: members of the cluster.</summary>
internal static class ClusterPalette
{
    public static Command Build(GlobalOptions globals) => new("cluster", "Members of the cluster.")
    {
        Show(globals),
        Status(globals),
        Leave(globals),
        Down(globals),
    };

    private static Command Show(GlobalOptions globals)
    {
        var command = new Command("show", "Every member with its status and roles.");
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(Paths.Members, ContractJson.Default.MembersAnswer, answer => ShowMembers(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowMembers(Screen screen, MembersAnswer answer)
    {
        var table = new TextTable(new("NODE"), new("STATUS"), new("ROLES", Dispensable: 1), new("NOTES"));
        foreach (var member in answer.Members.OrderBy(m => m.Node, StringComparer.Ordinal))
        {
            var oldest = (answer.OldestPerRole ?? new Dictionary<string, string>()).Where(o => o.Value == member.Node).Select(o => o.Key).Order(StringComparer.Ordinal).ToArray();
            var unreachable = answer.Unreachable.FirstOrDefault(u => u.Node == member.Node);
            string[] notes =
            [
                .. member.Node == answer.SelfNode ? ["answers"] : Array.Empty<string>(),
                .. member.Node == answer.Leader ? ["leader"] : Array.Empty<string>(),
                .. member.Node == answer.Oldest ? ["oldest"] : Array.Empty<string>(),
                .. oldest.Length > 0 ? [$"oldest of [{string.Join(", ", oldest)}]"] : Array.Empty<string>(),
                .. unreachable is null ? Array.Empty<string>() : [$"unreachable for {string.Join(" ", unreachable.ObservedBy.Select(Figures.Node))}"],
            ];
            var tone = unreachable is not null ? Tone.Bad : member.Status == "Up" ? Tone.Good : Tone.Warning;
            table.Add(member.Node, new(member.Status, tone), $"[{string.Join(", ", member.Roles)}]", new(string.Join(", ", notes), unreachable is null ? Tone.Plain : Tone.Bad));
        }

        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(answer.Members.Count, "node")}");
        return ExitCodes.Ok;
    }

    private static Command Status(GlobalOptions globals)
    {
        var command = new Command("status", "Whether the node that answers is ready, and what it waits for. Exit code 4 while it is not.");
        command.SetAction((parsed, cancel) => globals.RunAsync(parsed, StatusAsync, cancel));
        return command;
    }

    private static async Task<int> StatusAsync(Session session, CancellationToken cancel)
    {
        // A node that is not ready says so with 503, which is the answer here.
        var answer = await session.Client.GetAnyAsync(Paths.Ready, cancel);
        if (!answer.IsSuccess && answer.Status != System.Net.HttpStatusCode.ServiceUnavailable) throw Refusals.Of(answer);
        var ready = answer.Read(ContractJson.Default.ReadyAnswer);
        if (session.Json)
        {
            session.Screen.Json(answer.Body);
            return ready.Ready ? ExitCodes.Ok : ExitCodes.Partial;
        }

        var members = await MembersOrNullAsync(session, cancel);
        session.Screen.Properties(
            ("Endpoint", Unreachable.Name(answer.Endpoint)),
            ("Node", members?.SelfNode ?? Figures.Unknown),
            ("Member", members?.Members.FirstOrDefault(m => m.Node == members.SelfNode)?.Status ?? Figures.Unknown),
            ("Leader", Figures.Text(members?.Leader)),
            ("Members", members is null ? Figures.Unknown : $"{members.Members.Count}, {members.Unreachable.Count} unreachable"),
            ("Ready", ready.Ready ? new Cell("yes", Tone.Good) : new Cell("no", Tone.Bad)));
        session.Screen.Line();
        var parts = new TextTable(new("PART"), new("STATE"));
        foreach (var (part, missing) in ready.Parts.OrderBy(p => p.Key, StringComparer.Ordinal))
            parts.Add(part, missing is null ? new Cell("ready", Tone.Good) : new Cell(missing, Tone.Bad));
        parts.WriteTo(session.Screen);
        return ready.Ready ? ExitCodes.Ok : ExitCodes.Partial;
    }

    /// <summary>Null from a node whose cluster is not there yet.</summary>
    private static async Task<MembersAnswer?> MembersOrNullAsync(Session session, CancellationToken cancel)
    {
        var answer = await session.Client.GetAnyAsync(Paths.Members, cancel);
        if (answer.IsSuccess) return answer.Read(ContractJson.Default.MembersAnswer);
        return answer.Status == System.Net.HttpStatusCode.ServiceUnavailable ? null : throw Refusals.Of(answer);
    }

    private static Command Leave(GlobalOptions globals)
    {
        var node = Node(globals, ArgumentArity.ZeroOrOne, "The member, as host:port or with its full address; default is the one that answers");
        var address = Address();
        var command = new Command("leave", "Lets a member hand over what it hosts and leave; its process ends.") { node, address };
        OneOf(command, node, address, isRequired: false);
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var members = (await session.Client.GetAsync(Paths.Members, token)).Read(ContractJson.Default.MembersAnswer);
                var member = Find(members, parsed.GetValue(node) ?? parsed.GetValue(address) ?? members.SelfNode);
                return session.Done(await session.Client.ChangeAsync(HttpMethod.Delete, Paths.Member(member.Node), null, token));
            }, cancel));
        return command;
    }

    private static Command Down(GlobalOptions globals)
    {
        var node = Node(globals, ArgumentArity.ZeroOrOne, "The member, as host:port or with its full address");
        var address = Address();
        var yes = Arguments.Yes();
        var command = new Command("down", "Removes a member without its consent: for one that is gone and that nobody removes.") { node, address, yes };
        OneOf(command, node, address, isRequired: true);
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var members = (await session.Client.GetAsync(Paths.Members, token)).Read(ContractJson.Default.MembersAnswer);
                var member = Find(members, parsed.GetValue(node) ?? parsed.GetValue(address)!);
                session.Confirm(parsed.GetValue(yes), $"{member.Node} ({member.Status}) is taken out of the cluster at once; if it still runs, it ends.");
                var form = new FormUrlEncodedContent([new("operation", "Down")]);
                return session.Done(await session.Client.ChangeAsync(HttpMethod.Put, Paths.Member(member.Node), form, token));
            }, cancel));
        return command;
    }

    private static Argument<string?> Node(GlobalOptions globals, ArgumentArity arity, string description)
    {
        var argument = new Argument<string?>("NODE") { Description = description, Arity = arity };
        argument.CompletionSources.Add(context => Arguments.Names(globals, argument, context, Completions.NodesAsync));
        return argument;
    }

    /// <summary>The way Petabridge.Cmd takes the node.</summary>
    private static Option<string?> Address() => new("--address", "-a") { Description = "The same, as Petabridge.Cmd takes it", HelpName = "NODE" };

    private static void OneOf(Command command, Argument<string?> node, Option<string?> address, bool isRequired) => command.Validators.Add(result =>
    {
        var given = (result.GetResult(node)?.Tokens.Count ?? 0) + (result.GetResult(address) is null ? 0 : 1);
        if (given > 1) result.AddError("NODE and --address: allowed is one of the two.");
        if (given == 0 && isRequired) result.AddError("NODE is missing; allowed is a member as host:port or with its full address, as 'pbm cluster show' lists them.");
    });

    private static MemberAnswer Find(MembersAnswer members, string node) =>
        members.Members.FirstOrDefault(m => m.Node == node || Figures.Node(m.Node) == node)
        ?? throw PbmException.Refused($"there is no member '{node}'; there are {string.Join(", ", members.Members.Select(m => Figures.Node(m.Node)))}.");
}
