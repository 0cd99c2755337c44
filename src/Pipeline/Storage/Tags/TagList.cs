using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Storage.Tags;

/// <summary>
/// The tags of an image in the form in which they are stored and compared: lower case, without white space at the ends and with one blank for
/// any within, each once, in ordinal order. So <c>" Summer  2026"</c> and <c>summer 2026</c> are one tag.
/// </summary>
/// <remarks>
/// A letter with an accent is another tag when it is written as two characters: the app runs without ICU, which could compose them.
/// </remarks>
internal static partial class TagList
{
    /// <summary>Most characters (UTF-16) of a tag.</summary>
    public const int MaxLength = 100;

    /// <summary>Most tags of an image.</summary>
    public const int MaxCount = 50;

    /// <summary>What is allowed, as a sentence for errors.</summary>
    public const string Rule =
        "A tag has 1 to 100 characters, none of them a comma or a control character, and an image has at most 50 tags.";

    // Characters that reorder the text around them: a tag that is shown would not be the one that is stored.
    private static readonly Rune[] Reordering = [.. "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069".EnumerateRunes()];

    /// <summary>The stored form of tags.</summary>
    /// <exception cref="InvalidTagException">One is not allowed, or they are too many.</exception>
    public static IReadOnlyList<string> Parse(IEnumerable<string> tags)
    {
        string[] parsed = [.. tags.Take((10 * MaxCount) + 1).Select(Parse).Distinct().Order(StringComparer.Ordinal)];
        return parsed.Length <= MaxCount ? parsed : throw new InvalidTagException($"These are more than {MaxCount} tags. {Rule}");
    }

    /// <summary>The stored form of a tag.</summary>
    /// <exception cref="InvalidTagException">It is not allowed.</exception>
    public static string Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        // Before anything is done with it; white space may make it shorter.
        if (text.Length > 10 * MaxLength)
        {
            throw new InvalidTagException($"A tag of {text.Length:N0} characters is too long. {Rule}");
        }

        // A control character may be white space, too, which would be taken for a blank.
        string shown = Shown(text);
        if (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || IsRefused(rune)))
        {
            throw new InvalidTagException($"The tag '{shown}' has a comma or a character that cannot be shown. {Rule}");
        }

        string tag = WhiteSpace().Replace(text.Trim(), " ").ToLowerInvariant();
        return tag.Length switch
        {
            0 => throw new InvalidTagException($"A tag is empty. {Rule}"),
            > MaxLength => throw new InvalidTagException($"The tag '{shown}' has {tag.Length} characters. {Rule}"),
            _ => tag,
        };
    }

    private static bool IsRefused(Rune rune) => rune.Value == ',' || Reordering.Contains(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes().Take(40))
        {
            shown.Append(rune.Value != ',' && IsRefused(rune) ? Rune.ReplacementChar : rune);
        }

        return text.Length > 40 ? $"{shown}…" : shown.ToString();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
