using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace ActorStreams.Hosting.Settings;

/// <summary>
/// Binds a section of the configuration to an immutable record and goes on after an error, so that a user sees all of them at
/// once: values that do not parse, required ones that are missing, names that no record has.
/// </summary>
/// <remarks>The framework's binder stops at the first error, and leaves a misspelt name out in silence unless told otherwise.</remarks>
public sealed class SettingsBinder
{
    private readonly List<string> _errors = [];

    /// <summary>What was wrong so far, each with the path of its setting.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public void Report(string path, string message) => _errors.Add($"{path}: {message}");

    public T Bind<T>(IConfigurationSection section) where T : class => (T)BindRecord(typeof(T), section);

    /// <summary>Names every child of the section that is not among the known ones.</summary>
    public void RefuseUnknown(IConfigurationSection section, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        foreach (var child in section.GetChildren())
        {
            if (!names.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                Report(child.Path, $"there is no such setting; {section.Path} has {string.Join(", ", names)}.");
        }
    }

    private object BindRecord(Type type, IConfigurationSection section)
    {
        var constructor = type.GetConstructors()
            .Where(c => c.GetParameters() is not [var only] || only.ParameterType != type)
            .MaxBy(c => c.GetParameters().Length)!;
        var parameters = constructor.GetParameters();
        var arguments = parameters.Select(p => BindParameter(p, section)).ToArray();
        var instance = constructor.Invoke(arguments);
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToArray();
        foreach (var property in properties.Where(p => parameters.All(a => a.Name != p.Name)))
        {
            var child = section.GetSection(property.Name);
            if (child.Exists() && TryBind(property.PropertyType, child, out var value)) property.SetValue(instance, value);
            else if (!child.Exists() && IsRequired(property)) Report(child.Path, "is required.");
        }

        if (section.Value is { Length: > 0 }) Report(section.Path, $"'{section.Value}' is a value where a group of settings is wanted.");
        RefuseUnknown(section, properties.Select(p => p.Name));
        return instance;
    }

    private object? BindParameter(ParameterInfo parameter, IConfigurationSection section)
    {
        var child = section.GetSection(parameter.Name!);
        if (child.Exists()) return TryBind(parameter.ParameterType, child, out var value) ? value : Default(parameter);
        if (!parameter.HasDefaultValue) Report(child.Path, "is required.");
        return Default(parameter);
    }

    private static object? Default(ParameterInfo parameter)
    {
        if (parameter is { HasDefaultValue: true, DefaultValue: not null }) return parameter.DefaultValue;
        var type = parameter.ParameterType;
        if (type == typeof(string)) return parameter.HasDefaultValue ? null : "";
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    private static bool IsRequired(PropertyInfo property) =>
        property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: false);

    private bool TryBind(Type type, IConfigurationSection section, out object? value)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementType(target, typeof(IReadOnlyDictionary<,>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>)) is { } entry)
            return TryBindDictionary(target, entry[1], section, out value);
        if (ElementType(target, typeof(IReadOnlyList<>), typeof(ImmutableArray<>), typeof(ImmutableList<>)) is { } item)
            return TryBindList(target, item[0], section, out value);
        if (!IsScalar(target))
        {
            value = BindRecord(target, section);
            return true;
        }

        value = null;
        if (section.Value is null)
        {
            if (!section.GetChildren().Any()) return false;
            Report(section.Path, $"a group of settings stands where {Describe(target)} is wanted.");
            return false;
        }

        if (TryParse(target, section.Value, out value)) return true;
        Report(section.Path, $"'{section.Value}' is not {Describe(target)}.");
        return false;
    }

    private bool TryBindList(Type type, Type item, IConfigurationSection section, out object? value)
    {
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        foreach (var child in section.GetChildren())
        {
            if (TryBind(item, child, out var element)) items.Add(element);
        }

        if (section.Value is { Length: > 0 }) Report(section.Path, $"'{section.Value}' is one value where a list is wanted: set {section.Path}:0, :1 and so on.");
        value = type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? items : CreateImmutable(type, item, items);
        return true;
    }

    private bool TryBindDictionary(Type type, Type item, IConfigurationSection section, out object? value)
    {
        var entries = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item))!;
        foreach (var child in section.GetChildren())
        {
            if (TryBind(item, child, out var element)) entries.Add(child.Key, element);
        }

        value = type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? entries
            : CreateImmutable(type, typeof(KeyValuePair<,>).MakeGenericType(typeof(string), item), entries);
        return true;
    }

    private static object CreateImmutable(Type type, Type item, object items)
    {
        var factory = type.Name[..type.Name.IndexOf('`')] switch
        {
            nameof(ImmutableArray) => typeof(ImmutableArray),
            nameof(ImmutableList) => typeof(ImmutableList),
            nameof(ImmutableDictionary) => typeof(ImmutableDictionary),
            _ => typeof(ImmutableSortedDictionary),
        };
        var create = factory.GetMethods().Single(m => m.Name == "CreateRange"
            && m.GetParameters() is [{ ParameterType.IsGenericType: true } only]
            && only.ParameterType.GetGenericTypeDefinition() == typeof(IEnumerable<>));
        var arguments = create.GetGenericArguments().Length == 1 ? [item] : item.GetGenericArguments();
        return create.MakeGenericMethod(arguments).Invoke(null, [items])!;
    }

    private static Type[]? ElementType(Type type, params ReadOnlySpan<Type> definitions) =>
        type.IsGenericType && definitions.Contains(type.GetGenericTypeDefinition()) ? type.GetGenericArguments() : null;

    private static bool IsScalar(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(decimal);

    private static bool TryParse(Type type, string text, out object? value)
    {
        value = null;
        if (type == typeof(string))
        {
            value = text;
        }
        else if (type.IsEnum)
        {
            // Numbers would pass as enums too, and say nothing to whoever reads the setting.
            if (Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)) value = Enum.Parse(type, text, ignoreCase: true);
        }
        else if (type == typeof(Uri))
        {
            value = Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
        }
        else if (TypeDescriptor.GetConverter(type) is { } converter)
        {
            try
            {
                value = converter.ConvertFromString(null, CultureInfo.InvariantCulture, text.Trim());
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or NotSupportedException)
            {
                return false;
            }
        }

        return value is not null;
    }

    private static string Describe(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ when type == typeof(TimeSpan) => "a time span such as 00:00:05 or 1.00:00:00 (days.hours:minutes:seconds)",
        _ when type == typeof(Uri) => "an absolute URL",
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 => "a whole number from -2147483648 to 2147483647",
        TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "a number",
        TypeCode.String => "a text",
        _ => "a whole number",
    };
}
