namespace ActorStreams.Gateway.Auditing;

/// <summary>A call that changes streams, consumers or who may use them, and how it ended.</summary>
/// <param name="Caller">ARN of the user whose key signed it.</param>
/// <param name="Address">IP address that it came from.</param>
/// <param name="Parameters">What it asked for, by the API's names, as far as it could be read. Values of tags and policies are in it.</param>
/// <param name="Error">Type of the error that it was answered; null where it was done.</param>
public sealed record ControlCall(
    DateTimeOffset At, string Operation, string Region, string Caller, string AccessKeyId, string Address, string UserAgent, string RequestId,
    IReadOnlyDictionary<string, string> Parameters, string? Error, string? Detail);

/// <summary>Takes note of every control call whose signature was right, refused ones too. Called once the answer is known; safe from any thread.</summary>
public interface IControlAudit
{
    void Called(ControlCall call);
}

/// <summary>Takes no note.</summary>
public sealed class NoControlAudit : IControlAudit
{
    public static readonly NoControlAudit Instance = new();

    public void Called(ControlCall call)
    {
    }
}
