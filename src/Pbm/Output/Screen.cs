using System.Text;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorStreams.Pbm.Output;

/// <summary>Where a command writes, and whom it may ask. Nothing but text goes to what is no terminal, or where NO_COLOR is set.</summary>
internal sealed class Screen : IDisposable
{
    /// <summary>So wide that nothing wraps: what is redirected is read by programs, line by line.</summary>
    private const int UnboundedWidth = 4000;

    private readonly Stream? _owned;

    public Screen(TextWriter output, TextWriter error, TextReader input, bool isTerminal, bool isPlain, int? width = null, bool canAsk = false, Stream? owned = null)
    {
        Out = output;
        Error = error;
        In = input;
        IsTerminal = isTerminal;
        IsPlain = isPlain;
        CanAsk = canAsk;
        _owned = owned;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(output),
        });
        FixedWidth = width ?? (isTerminal ? null : UnboundedWidth);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public TextReader In { get; }

    public IAnsiConsole Console { get; }

    /// <summary>Standard output is one.</summary>
    public bool IsTerminal { get; }

    /// <summary>No colours and no control sequences.</summary>
    public bool IsPlain { get; }

    /// <summary>Somebody sits at standard input and sees what is asked.</summary>
    public bool CanAsk { get; }

    /// <summary>In columns; of a terminal, as it is now.</summary>
    public int Width => FixedWidth ?? Console.Profile.Out.Width;

    private int? FixedWidth { get; }

    public static Screen OfProcess()
    {
        if (OperatingSystem.IsWindows()) System.Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var isTerminal = !System.Console.IsOutputRedirected;
        var isPlain = !isTerminal || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb";
        var pipe = isTerminal ? null : PipeOrNull();
        return new Screen(
            pipe is null ? System.Console.Out : new StreamWriter(pipe, new UTF8Encoding(false)) { AutoFlush = true },
            System.Console.Error, System.Console.In, isTerminal, isPlain, canAsk: isTerminal && !System.Console.IsInputRedirected, owned: pipe);
    }

    /// <summary>
    /// Standard output where it is a pipe: Console.Out says nothing when the other end is gone, and "pbm stream tail | head" would go on
    /// for ever.
    /// </summary>
    private static FileStream? PipeOrNull()
    {
        if (OperatingSystem.IsWindows()) return null;
        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // A file is written where the process that opened it stands in it, which only Console.Out does.
        if (!output.CanSeek) return output;
        output.Dispose();
        return null;
    }

    public void Line(string text = "") => Out.WriteLine(text);

    /// <summary>The endpoint's JSON as it came.</summary>
    public void Json(string json) => Out.WriteLine(json.TrimEnd());

    public void Notice(string text) => Error.WriteLine(text);

    /// <summary>Begins a new page, where there are pages; what was scrolled away stays.</summary>
    public void Clear()
    {
        if (!IsPlain) Out.Write("\x1b[H\x1b[2J");
    }

    public void Write(IRenderable content)
    {
        Console.Profile.Width = Width;
        if (!IsPlain)
        {
            Console.Write(content);
            return;
        }

        using var text = new StringWriter();
        using var screen = new Screen(text, Error, In, isTerminal: false, isPlain: true, Width);
        screen.Console.Profile.Width = Width;
        screen.Console.Write(content);
        // Tables pad their last column too.
        foreach (var line in text.ToString().TrimEnd().Split('\n')) Out.WriteLine(line.TrimEnd());
    }

    /// <summary>Names with values below each other.</summary>
    public void Properties(params (string Name, Cell Value)[] properties)
    {
        var width = properties.Max(p => p.Name.Length) + 2;
        foreach (var (name, value) in properties)
        {
            Out.Write((name + ":").PadRight(width));
            if (IsPlain) Out.WriteLine(Printable.Line(value.Text));
            else Console.WriteLine(Printable.Line(value.Text), value.Style);
        }
    }

    public void Dispose() => _owned?.Dispose();
}
