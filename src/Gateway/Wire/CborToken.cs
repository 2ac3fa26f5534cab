using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Takes single values of a CBOR request where the scanner stands. What has the wrong type is noted there, in the words in which it would
/// be reported of a JSON request, and nothing is answered.
/// </summary>
internal static class CborToken
{
    /// <summary>Whether the bytes are one map and nothing else.</summary>
    public static bool IsObject(Span<byte> cbor)
    {
        var scanner = new CborScanner(cbor);
        try
        {
            scanner.Read();
            if (scanner.Kind != ValueKind.Map) return false;
            scanner.Skip();
            scanner.End();
            return true;
        }
        catch (ApiException)
        {
            return false;
        }
    }

    /// <summary>The name of the next member; empty, as no member is, when it is no text.</summary>
    public static ReadOnlySpan<byte> Name(ref CborScanner scanner)
    {
        scanner.Read();
        if (scanner.Kind == ValueKind.Text) return scanner.Content;
        scanner.Skip();
        return default;
    }

    public static string? String(ref CborScanner scanner)
    {
        if (scanner.Kind == ValueKind.Text) return scanner.Text();
        scanner.WrongType(TypeErrors.NotA(TypeErrors.AString, scanner.Kind));
        return null;
    }

    /// <summary>Whole part, clamped to 32 bits.</summary>
    public static int? Integer(ref CborScanner scanner)
    {
        switch (scanner.Kind)
        {
            case ValueKind.Integer:
                return (int)Math.Clamp(scanner.Integer, int.MinValue, int.MaxValue);
            case ValueKind.Real when !double.IsNaN(scanner.Real):
                return (int)Math.Clamp(Math.Floor(scanner.Real), int.MinValue, int.MaxValue);
            default:
                scanner.WrongType(TypeErrors.NotA(TypeErrors.AnInteger, scanner.Kind));
                return null;
        }
    }

    public static bool? Bool(ref CborScanner scanner)
    {
        if (scanner.Kind == ValueKind.Bool) return scanner.Bool;
        scanner.WrongType(scanner.Kind == ValueKind.Text
            ? TypeErrors.NotABoolean(scanner.Text())
            : TypeErrors.NotA(TypeErrors.ABoolean, scanner.Kind));
        return null;
    }

    /// <summary>
    /// An integer is milliseconds, as the AWS SDKs send it under tag 1. A real number can only come from elsewhere and is the seconds that RFC
    /// 8949 means by that tag.
    /// </summary>
    public static long? TimestampMs(ref CborScanner scanner)
    {
        switch (scanner.Kind)
        {
            case ValueKind.Integer:
                return EpochMs.Clamp(scanner.Integer);
            case ValueKind.Real when !double.IsNaN(scanner.Real):
                return EpochMs.OfSeconds(scanner.Real);
            default:
                scanner.WrongType(TypeErrors.NotA(TypeErrors.ATime, scanner.Kind));
                return null;
        }
    }

    /// <summary>False when it is something else, which is then noted.</summary>
    public static bool IsList(ref CborScanner scanner)
    {
        if (scanner.Kind == ValueKind.List) return true;
        scanner.WrongType(TypeErrors.NotAList(scanner.Kind));
        return false;
    }

    /// <summary>False when it is something else, which is then noted.</summary>
    public static bool IsMap(ref CborScanner scanner)
    {
        if (scanner.Kind == ValueKind.Map) return true;
        scanner.WrongType(TypeErrors.NotAMap(scanner.Kind));
        return false;
    }

    /// <summary>False when it is something else, which is then noted.</summary>
    public static bool IsStructure(ref CborScanner scanner)
    {
        if (scanner.Kind == ValueKind.Map) return true;
        scanner.WrongType(TypeErrors.NotAStructure(scanner.Kind));
        return false;
    }
}
