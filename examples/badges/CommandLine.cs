using System.Globalization;

namespace ActorStreams.Examples.Badges;

/// <summary><c>badges generate</c> and <c>badges compare</c>. Exit codes: 0 done and equal, 1 failed or different, 2 wrong command line.</summary>
internal static class CommandLine
{
    private const string Usage = """
        usage: badges generate --out FOLDER [--lines N] [--rotations N] [--rotate rename|copy|gzip|mixed] [--seed N] [--hours N] [--report FILE]
                 writes badges.log there as fast as it goes, rotates it, and writes its own count into FILE
                 --lines 100000 (1 to 100000000), --rotations 12 (0 to 999), --rotate rename, --seed 1, --hours 4 (1 to 240)
               badges compare WAREHOUSE.csv GENERATOR.csv
                 prints two reports beside each other, and "equal" or "differs"
        """;

    public static int Run(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["generate", .. var options] => Generate(options).Run(),
                ["compare", var warehouse, var generator] => new CompareCommand(warehouse, generator).Run(),
                ["--help" or "-h"] => Help(),
                [] => throw new ArgumentException("a command is missing; allowed are generate and compare."),
                ["compare", ..] => throw new ArgumentException("compare takes two files."),
                [var other, ..] => throw new ArgumentException($"there is no command {other}; allowed are generate and compare."),
            };
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"badges: {e.Message}\n{Usage}");
            return 2;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            Console.Error.WriteLine($"badges: {e.Message}");
            return 1;
        }
    }

    private static int Help()
    {
        Console.WriteLine(Usage);
        return 0;
    }

    private static GenerateCommand Generate(string[] arguments)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] is not ("--out" or "--lines" or "--rotations" or "--rotate" or "--seed" or "--hours" or "--report"))
                throw new ArgumentException($"generate does not know {arguments[i]}.");
            if (i + 1 == arguments.Length) throw new ArgumentException($"{arguments[i]} wants a value.");
            options[arguments[i]] = arguments[i + 1];
        }
        return new GenerateCommand(
            options.GetValueOrDefault("--out") ?? throw new ArgumentException("--out FOLDER is missing."), options.GetValueOrDefault("--report"),
            Number("--seed", 1, 0, int.MaxValue), Number("--lines", 100_000, 1, 100_000_000), Number("--rotations", 12, 0, 999), Number("--hours", 4, 1, 240),
            options.GetValueOrDefault("--rotate", "rename") switch
            {
                "rename" => [Rotation.Rename],
                "copy" => [Rotation.Copy],
                "gzip" => [Rotation.Gzip],
                "mixed" => [Rotation.Rename, Rotation.Copy, Rotation.Gzip],
                var other => throw new ArgumentException($"--rotate {other}: allowed are rename, copy, gzip and mixed."),
            });

        int Number(string name, int standard, int min, int max) => !options.TryGetValue(name, out var text) ? standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
            : throw new ArgumentException($"{name} {text}: allowed is {min} to {max}.");
    }
}
