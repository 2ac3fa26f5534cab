namespace ActorStreams.Gateway.Kinesis;

/// <summary>One operation of the Kinesis API. Errors are thrown as <see cref="KinesisException"/> before anything is written.</summary>
internal interface IKinesisAction
{
    /// <summary>As in <c>X-Amz-Target: Kinesis_20131202.Operation</c>.</summary>
    string Operation { get; }

    Task InvokeAsync(KinesisCall call);
}
