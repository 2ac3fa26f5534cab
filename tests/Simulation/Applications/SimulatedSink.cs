namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>From a consumer to its output.</summary>
/// <param name="Records">From one number up to another; null attaches.</param>
internal sealed record SinkRequest(Consumer Consumer, long Epoch, (int From, int To)? Records)
{
    public override string ToString() =>
        Records is { } records ? $"{Consumer} appends {records.From} to {records.To} under epoch {Epoch}" : $"{Consumer} attaches under epoch {Epoch}";
}

/// <param name="Position">How far the output has got; null where a later epoch has shut the consumer out.</param>
internal sealed record SinkAnswer(SinkRequest Request, int? Position);

/// <summary>An output stream that takes each output of a producer once, in order, under its newest epoch.</summary>
internal sealed class SimulatedSink(ApplicationWorld world)
{
    private readonly Dictionary<string, (long Epoch, int Position)> _producers = [];

    public int PositionOf(string producer) => _producers.GetValueOrDefault(producer).Position;

    public void Receive(SinkRequest request)
    {
        var key = request.Consumer.Key;
        var (epoch, position) = _producers.GetValueOrDefault(key);
        if (request.Records is not { } records)
        {
            if (request.Epoch >= epoch) _producers[key] = (request.Epoch, position);
            Answer(request, request.Epoch >= epoch ? position : null);
            return;
        }
        if (request.Epoch != epoch && world.Mutation != ApplicationMutation.SinkIgnoresEpochs)
        {
            Answer(request, null);
            return;
        }
        // A repeat is answered as done; what does not follow is told where to go on.
        if (records.From == position || world.Mutation == ApplicationMutation.SinkForgetsPositions)
        {
            world.Ledger.HadEffect(request.Consumer, request.Epoch, records.From, records.To);
            position = records.To;
            _producers[key] = (epoch, position);
        }
        Answer(request, position);
    }

    private void Answer(SinkRequest request, int? position) =>
        world.Send($"an answer to {request}", () => request.Consumer.Receive(new SinkAnswer(request, position)));
}
