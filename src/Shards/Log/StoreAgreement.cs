namespace ActorStreams.Shards.Log;

/// <summary>
/// When the store last agreed with what an owner of a shard knows. The age is the longer of monotonic and wall-clock time: the former
/// stands still while a virtual machine is suspended, the latter can be set back.
/// </summary>
internal sealed class StoreAgreement
{
    private readonly TimeProvider _time;
    private Moment _at;

    public StoreAgreement(TimeProvider time)
    {
        _time = time;
        _at = Now();
    }

    public readonly record struct Moment(long Timestamp, DateTimeOffset Utc);

    public TimeSpan Age
    {
        get
        {
            var monotonic = _time.GetElapsedTime(_at.Timestamp);
            var wall = _time.GetUtcNow() - _at.Utc;
            return monotonic > wall ? monotonic : wall;
        }
    }

    public Moment Now() => new(_time.GetTimestamp(), _time.GetUtcNow());

    /// <summary>The store agreed with a question or a write that was issued at this moment.</summary>
    public void Reached(Moment moment)
    {
        if (moment.Timestamp > _at.Timestamp) _at = moment;
    }
}
