using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Conformance.Tests;

/// <summary>
/// Every operation as boto3 sees it, called on the real executable: one file of cases each in <c>operations/</c>. The SDK is told not to
/// check parameters by itself, so that wrong ones reach the node.
/// </summary>
public sealed class OperationSpecs(OperationRun run, ITestOutputHelper output) : IClassFixture<OperationRun>
{
    private static readonly string[] s_files =
        [.. Directory.EnumerateFiles(Path.Combine(Scripts.Folder, "operations"), "*.py").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    public static TheoryData<string> Operations => [.. s_files];

    [SkippableTheory]
    [MemberData(nameof(Operations))]
    public async Task It_answers_an_unmodified_sdk_to_the_letter(string operation)
    {
        Requires.Python3WithBoto3();

        var cases = await run.CasesAsync(operation);

        foreach (var c in cases) output.WriteLine($"{(c.Error is null ? "passed" : "FAILED")} {c.Seconds,7:0.000} s  {c.Case}");
        Assert.NotEmpty(cases);
        var failed = cases.Where(c => c.Error is not null).Select(c => $"{c.Case}\n{c.Error}").ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
    }

    [SkippableFact]
    public async Task Every_operation_that_the_sdk_knows_has_a_file()
    {
        Requires.Python3WithBoto3();

        var known = await Scripts.RunAsync("known_operations.py", []);

        Assert.Empty(known.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Except(s_files));
    }
}
