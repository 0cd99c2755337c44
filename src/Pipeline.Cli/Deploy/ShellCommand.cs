using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Pipeline.Cli.Deploy;

/// <summary>
/// A program and its arguments, written as an interpolated string: <c>$"az group exists --name {group}"</c>. Spaces separate the literal
/// words; an interpolated value stays one argument, whatever it contains, and a list becomes one argument per item. No shell is involved.
/// </summary>
[InterpolatedStringHandler]
internal sealed partial class ShellCommand(int literalLength, int formattedCount)
{
    private readonly List<string> _words = new(formattedCount + (literalLength / 8));
    private bool _open;

    public IReadOnlyList<string> Words => _words;

    /// <summary>Its title while it runs: the command without options, such as <c>az group create</c>.</summary>
    public string Title => string.Join(' ', _words.TakeWhile(word => Verb().IsMatch(word)));

    public void AppendLiteral(string text)
    {
        string[] parts = text.Split(' ');
        for (int position = 0; position < parts.Length; position++)
        {
            _open &= position == 0;
            if (parts[position].Length > 0)
            {
                Append(parts[position]);
            }
        }
    }

    public void AppendFormatted(string value) => Append(value);

    public void AppendFormatted(IEnumerable<string> values)
    {
        _words.AddRange(values);
        _open = false;
    }

    /// <summary>The command for a POSIX shell, ready to paste.</summary>
    public override string ToString() => string.Join(' ', _words.Select(Quote));

    /// <summary>Quotes an argument for a shell. A value that a dry run does not know is a variable, $name, and stays one.</summary>
    public static string Quote(string argument) =>
        Variable().IsMatch(argument) ? $"\"{Special().Replace(argument, @"\$0")}\""
        : Plain().IsMatch(argument) ? argument
        : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private void Append(string text)
    {
        if (_open)
        {
            _words[^1] += text;
        }
        else
        {
            _words.Add(text);
            _open = true;
        }
    }

    [GeneratedRegex(@"\$[A-Za-z]")]
    private static partial Regex Variable();

    [GeneratedRegex("""[\\"`]""")]
    private static partial Regex Special();

    [GeneratedRegex(@"^[A-Za-z0-9_./:=@%+,-]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[a-z][a-z-]*\z")]
    private static partial Regex Verb();
}
