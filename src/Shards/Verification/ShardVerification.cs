using System.Collections.Immutable;

namespace ActorStreams.Shards.Verification;

/// <summary>What is wrong with a row of a shard.</summary>
public enum RowProblemKind
{
    /// <summary>The bytes are not those that were written.</summary>
    Checksum = 1,

    /// <summary>Rows are missing.</summary>
    Gap = 2,

    /// <summary>The row holds the batch of another one, or records where the shard had ended.</summary>
    Order = 3,

    /// <summary>Records arrived before those of a row below.</summary>
    Time = 4,

    /// <summary>A producer's position or epoch did not rise.</summary>
    Producer = 5,

    /// <summary>The header of a batch contradicts itself or what it stands before, under a right checksum: the work of a faulty writer.</summary>
    Header = 6,
}

public sealed record RowProblem(long Row, RowProblemKind Kind, string Detail);

/// <summary>How far a shard's rows were walked, and what was found.</summary>
/// <param name="Rows">Rows found, those that hold no records included.</param>
/// <param name="Bytes">Bytes that the batches take in the store.</param>
/// <param name="FirstRow">The first row that has to be there.</param>
/// <param name="LastRow">The last row walked.</param>
/// <param name="EndRow">The last row there is to walk.</param>
/// <param name="Unopened">Batches whose records were not looked at, since this node lacks their key.</param>
/// <param name="Problems">The first <see cref="ProblemsMax"/> of them.</param>
/// <param name="ProblemsTotal">All of them.</param>
public sealed record ShardVerification(
    long Rows, long Records, long Bytes, long FirstRow, long LastRow, long EndRow, long Unopened, ImmutableArray<RowProblem> Problems, long ProblemsTotal)
{
    public const int ProblemsMax = 1_000;

    public bool IsDone => LastRow >= EndRow;

    public bool IsOk => ProblemsTotal == 0;
}
