using System.Diagnostics;
using Xunit;

namespace ActorStreams.TestKit;

/// <summary>
/// What a test needs from its machine. A missing tool skips the test and says how to get it; with <c>CI=true</c> in the environment it is a
/// failure instead, so that a build server can't quietly stop testing.
/// </summary>
public static class Requires
{
    private static readonly Lazy<bool> HasBoto3 = new(() => Runs("python3", "-c", "import boto3"));
    private static readonly Lazy<bool> HasAwsCli = new(() => Runs("aws", "--version"));
    private static readonly Lazy<bool> HasNode = new(() => Runs("node", "--version"));

    private static readonly Lazy<bool> MotoServerRuns = new(() => Runs("python3", "-c", "import moto.server"));

    public static bool HasMotoServer => MotoServerRuns.Value;

    public static void Postgres() =>
        Need(PostgresServer.BinariesFolder is not null, "PostgreSQL's server (initdb, pg_ctl)", "apt-get install postgresql");

    public static void Python3WithBoto3() => Need(HasBoto3.Value, "python3 with boto3", "pip install boto3");

    public static void MotoServer() => Need(HasMotoServer, "python3 with moto's server", "pip install 'moto[server]==5.2.1'");

    public static void AwsCli() => Need(HasAwsCli.Value, "the aws command line", "pip install awscli");

    public static void Node() => Need(HasNode.Value, "Node.js", "apt-get install nodejs npm");

    public static void Need(bool present, string what, string howToGet)
    {
        var message = $"This test needs {what}, which was not found: {howToGet}.";
        if (!present && string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException(message + " With CI=true that is a failure.");
        Skip.IfNot(present, message);
    }

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            if (process.WaitForExit(TimeSpan.FromSeconds(20)))
                return process.ExitCode == 0;
            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
