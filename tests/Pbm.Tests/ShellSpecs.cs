using ActorStreams.Pbm.Output;
using ActorStreams.Pbm.Shell;

namespace ActorStreams.Pbm.Tests;

/// <summary>Commands from a pipe and from a keyboard.</summary>
public class ShellSpecs
{
    [Fact]
    public async Task Lines_of_a_pipe_are_commands_with_the_options_given_to_pbm()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(
            ["--endpoint", stub.Address, "--json"], input: "# members first\n\ncluster show\npbm shard why \"orders/1\" alerts\nexit\nstream list\n");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal(StubEndpoint.Recorded("members").Trim() + "\n" + StubEndpoint.Recorded("why").Trim(), run.Out.Trim());
    }

    [Fact]
    public async Task The_first_line_that_fails_ends_it_with_its_exit_code()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(["--endpoint", stub.Address], input: "cluster show\nstream show missing\npipeline pause alerts\n");

        Assert.Equal(ExitCodes.Refused, run.ExitCode);
        Assert.Contains("pbm: stopped at line 2, 'stream show missing', which ended with 1.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Requests, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_arguments_nor_lines_are_a_wrong_command_line()
    {
        var run = await CommandRun.WithAsync([]);

        Assert.Equal(ExitCodes.WrongCommandLine, run.ExitCode);
        Assert.Contains("no command was given", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_the_prompt_names_the_endpoint_and_a_failure_ends_nothing()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(["--endpoint", stub.Address], answers: "stream show missing\nhelp\ncluster show\nexit\n", width: 200);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal(4, run.Out.Split($"pbm {stub.Address}> ").Length - 1);
        Assert.Contains("A command line is a palette and a command", run.Out, StringComparison.Ordinal);
        Assert.Contains("Count: 3 nodes", run.Out, StringComparison.Ordinal);
        Assert.Contains("pbm stream show: There is no such page.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "cluster cluster-sharding consumer delivery lease pipeline shard stream")]
    [InlineData("cl", "cluster cluster-sharding")]
    [InlineData("cluster", "cluster cluster-sharding")]
    [InlineData("stream s", "scale show split")]
    [InlineData("stream show", "show")]
    [InlineData("stream show ", "orders")]
    [InlineData("stream show or", "orders")]
    [InlineData("shard why orders/", "orders/0 orders/1 orders/2")]
    [InlineData("shard why ", "orders/0 orders/1 orders/2")]
    [InlineData("shard why orders/1 ", "alerts archive")]
    [InlineData("stream merge orders/1 ", "orders/0 orders/1 orders/2")]
    [InlineData("lease list al", "alerts")]
    [InlineData("stream tail orders --fr", "--from")]
    [InlineData("stream tail orders --from ", "LATEST TRIM_HORIZON")]
    [InlineData("cluster leave akka.tcp://actorstreams@10.0.0.3", "akka.tcp://actorstreams@10.0.0.3:4053")]
    public async Task Tab_offers_commands_options_and_what_the_cluster_holds(string text, string words)
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        using var screen = new Screen(TextWriter.Null, TextWriter.Null, TextReader.Null, isTerminal: false, isPlain: true);
        var settings = Settings.FromEnvironment(name => name == "PBM_ENDPOINT" ? stub.Address : null);

        var offered = ShellLoop.Suggest(PbmCommandLine.Build(new GlobalOptions(settings, screen, TimeProvider.System), withShell: false), text);

        Assert.Equal(words.Split(' '), offered);
    }

    [Fact]
    public void Tab_offers_nothing_of_a_cluster_that_is_away()
    {
        using var screen = new Screen(TextWriter.Null, TextWriter.Null, TextReader.Null, isTerminal: false, isPlain: true);
        var settings = Settings.FromEnvironment(name => name == "PBM_ENDPOINT" ? "http://127.0.0.1:1" : null);

        var offered = ShellLoop.Suggest(PbmCommandLine.Build(new GlobalOptions(settings, screen, TimeProvider.System), withShell: false), "stream show ");

        Assert.Empty(offered);
    }

    [Fact]
    public void Keys_edit_the_line()
    {
        var line = EditedLine.AtEnd("stream show orders");

        Assert.Equal("stream show ", line.DeleteWord().Text);
        Assert.Equal("stream show ordersx", Press(line, ConsoleKey.X, 'x').Text);
        Assert.Equal(new EditedLine("stream show order", 17), Press(line, ConsoleKey.Backspace));
        Assert.Equal(new EditedLine("tream show orders", 0), Press(Press(line, ConsoleKey.Home), ConsoleKey.Delete));
        Assert.Equal(new EditedLine("", 0), Press(line, ConsoleKey.U, '\x15', ConsoleModifiers.Control));
        Assert.Equal("stream show order", Press(Press(line, ConsoleKey.LeftArrow), ConsoleKey.K, '\x0b', ConsoleModifiers.Control).Text);
        Assert.Equal(EditedLine.AtEnd("stream show invoices"), line.Complete("invoices"));
        Assert.Equal(EditedLine.Empty, Press(EditedLine.Empty, ConsoleKey.LeftArrow));
        Assert.Equal("cluster", LineEditor.SharedStart(["cluster", "cluster-sharding"]));

        static EditedLine Press(EditedLine line, ConsoleKey key, char letter = '\0', ConsoleModifiers modifiers = 0) =>
            LineEditor.Edit(line, new ConsoleKeyInfo(letter, key, false, false, modifiers.HasFlag(ConsoleModifiers.Control)));
    }

    [Theory]
    [InlineData("abc", 3, 10, "abc", 3)]
    [InlineData("abcdefghij", 10, 5, "ghij", 4)]
    [InlineData("abcdefghij", 0, 5, "abcd", 0)]
    public void A_line_longer_than_the_terminal_is_shown_where_the_cursor_is(string text, int cursor, int width, string shown, int column) =>
        Assert.Equal((shown, column), new EditedLine(text, cursor).Window(width));
}
