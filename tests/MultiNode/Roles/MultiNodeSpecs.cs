using ActorStreams.MultiNode.Tests.InProcess;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Roles;

/// <summary>
/// Plays for several nodes in the words of Akka's multi-node tests, so that they could move to its runner: the same body is run for each role at
/// once, beside a node of its own.
/// </summary>
public abstract class MultiNodeSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    /// <summary>Forms the cluster, then runs the body once for each role.</summary>
    protected async Task PlayAsync<TConfig>(TConfig config, Func<TConfig, MultiNodePart, Task> body)
        where TConfig : MultiNodeConfig
    {
        Requires.Postgres();
        await using var cluster = await InProcessCluster.StartAsync(config.Roles.Length);
        var stage = new Stage(config.Roles, s_patience);
        try
        {
            await Task.WhenAll(config.Roles.Select(role => Task.Run(() => PlayPartAsync(config, new MultiNodePart(role, config, cluster, stage), body, stage))));
        }
        catch
        {
            output.WriteLine(cluster.Log);
            throw;
        }
    }

    private static async Task PlayPartAsync<TConfig>(TConfig config, MultiNodePart part, Func<TConfig, MultiNodePart, Task> body, Stage stage)
        where TConfig : MultiNodeConfig
    {
        try
        {
            await body(config, part);
        }
        catch (RoleEndedException)
        {
            // As a process that was killed: it says nothing more.
        }
        catch
        {
            stage.Fail();
            throw;
        }
    }
}
