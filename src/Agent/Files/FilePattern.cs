using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorStreams.Agent.Files;

/// <summary>A glob for the name of a file, as Java has it: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>, <c>{one,two}</c> and <c>\</c> before what is meant as it stands.</summary>
internal sealed class FilePattern
{
    private readonly Regex _regex;

    private FilePattern(Regex regex) => _regex = regex;

    public bool Matches(string name) => _regex.IsMatch(name);

    /// <param name="wrong">What does not fit, in a sentence.</param>
    public static bool TryCreate(string glob, [NotNullWhen(true)] out FilePattern? pattern, [NotNullWhen(false)] out string? wrong)
    {
        pattern = null;
        wrong = Translate(glob, out var regex);
        if (wrong is not null) return false;
        pattern = new FilePattern(new Regex(regex, RegexOptions.CultureInvariant | RegexOptions.Singleline));
        return true;
    }

    private static string? Translate(string glob, out string regex)
    {
        var text = new StringBuilder("\\A(?:");
        regex = "";
        var isInGroup = false;
        for (var i = 0; i < glob.Length; i++)
        {
            switch (glob[i])
            {
                case '*': text.Append(".*"); break;
                case '?': text.Append('.'); break;
                case '\\' when i + 1 == glob.Length: return "'\\' stands before nothing.";
                case '\\': text.Append(Regex.Escape(glob[++i].ToString())); break;
                case '[':
                    var end = glob.IndexOf(']', i + 1);
                    if (end < 0) return "'[' has no ']'.";
                    var set = glob[(i + 1)..end];
                    if (set.Length == 0) return "'[]' is empty.";
                    var isNegated = set[0] is '!';
                    text.Append(isNegated ? "[^" : "[").Append((isNegated ? set[1..] : set).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                case '{' when isInGroup: return "'{' stands within '{'.";
                case '{':
                    isInGroup = true;
                    text.Append("(?:");
                    break;
                case '}' when isInGroup:
                    isInGroup = false;
                    text.Append(')');
                    break;
                case ',' when isInGroup: text.Append('|'); break;
                default: text.Append(Regex.Escape(glob[i].ToString())); break;
            }
        }
        if (isInGroup) return "'{' has no '}'.";
        regex = text.Append(")\\z").ToString();
        try
        {
            _ = new Regex(regex);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
