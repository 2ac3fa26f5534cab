namespace ActorStreams.Gateway.Wire;

/// <summary>What stands in a request, in either encoding.</summary>
internal enum ValueKind
{
    Null,
    Bool,
    Integer,
    Real,
    Text,
    Bytes,
    List,
    Map,

    /// <summary>A simple value of CBOR that nobody has given a meaning.</summary>
    Unknown,
}

/// <summary>How the service names a value of a wrong type.</summary>
internal static class TypeErrors
{
    private const string UnexpectedList = "Start of list found where not expected";
    private const string UnexpectedStructure = "Start of structure or map found where not expected.";

    public const string AString = "an String";
    public const string AnInteger = "an Integer";
    public const string ABoolean = "an Boolean";
    public const string ATime = "milliseconds since epoch";
    public const string ABlob = "a Blob";

    public static string NotA(string wanted, ValueKind found) => found switch
    {
        ValueKind.List => UnexpectedList,
        ValueKind.Map => UnexpectedStructure,
        _ => $"class {ClassOf(found)} can not be converted to {wanted}",
    };

    public static string NotABoolean(string text) => $"'{text.ToUpperInvariant()}' can not be converted to an Boolean";

    public static string NotAList(ValueKind found) => found == ValueKind.Map ? UnexpectedStructure : "Expected list or null";

    public static string NotAMap(ValueKind found) => found == ValueKind.List ? UnexpectedList : "Expected map or null";

    public static string NotAStructure(ValueKind found) => found == ValueKind.List ? UnexpectedList : "Expected null";

    private static string ClassOf(ValueKind found) => found switch
    {
        ValueKind.Integer or ValueKind.Real => "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
        ValueKind.Text => "java.lang.String",
        ValueKind.Bytes => "java.nio.HeapByteBuffer",
        _ => "java.lang.Boolean",
    };
}
