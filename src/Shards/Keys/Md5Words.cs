using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActorStreams.Shards.Keys;

/// <summary>RFC 1321's arithmetic on one 32-bit word, or on as many side by side as the type has lanes.</summary>
internal interface IMd5Words<T>
{
    static abstract T Constant(uint value);

    static abstract T Add(T left, T right);

    static abstract T And(T left, T right);

    /// <summary>left and not right.</summary>
    static abstract T AndNot(T left, T right);

    /// <summary>left or not right.</summary>
    static abstract T OrNot(T left, T right);

    static abstract T Xor(T left, T right);

    static abstract T RotateLeft(T value, int bits);
}

internal readonly struct ScalarWords : IMd5Words<uint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Constant(uint value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint left, uint right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint And(uint left, uint right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AndNot(uint left, uint right) => left & ~right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OrNot(uint left, uint right) => left | ~right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Xor(uint left, uint right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RotateLeft(uint value, int bits) => BitOperations.RotateLeft(value, bits);
}

/// <summary>Eight messages side by side.</summary>
internal readonly struct EightWords : IMd5Words<Vector256<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Constant(uint value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> And(Vector256<uint> left, Vector256<uint> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> AndNot(Vector256<uint> left, Vector256<uint> right) => Vector256.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> OrNot(Vector256<uint> left, Vector256<uint> right) => left | ~right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> left, Vector256<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft(Vector256<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));
}
