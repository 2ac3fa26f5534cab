namespace ActorStreams.Shards.Keys;

/// <summary>Why a text is no hash key. Kinesis answers the two with different errors.</summary>
public enum HashKeyError
{
    None,

    /// <summary>The text does not match Kinesis's pattern <c>0|([1-9]\d{0,38})</c>; 40 digits and more fall here too.</summary>
    NotADecimalNumber,

    /// <summary>The text is a number of 39 digits above 2^128-1.</summary>
    AboveMaximum,
}
