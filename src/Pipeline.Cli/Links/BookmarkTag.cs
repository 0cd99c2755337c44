using System.Globalization;
using System.Text;
using Pipeline.Storage.Tags;

namespace Pipeline.Cli.Links;

/// <summary>Makes tags of the names of folders, which may have characters that no tag has, and be of any length.</summary>
internal static class BookmarkTag
{
    /// <summary>The tag that comes nearest to a name; null where nothing of it can be a tag.</summary>
    public static string? Of(string name)
    {
        var kept = new StringBuilder();
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool isRefused = rune.Value == ',' || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
                or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            string text = isRefused ? " " : rune.ToString();
            if (kept.Length + text.Length > TagList.MaxLength)
            {
                break;
            }

            // White space at the start does not count for the length, and one blank stands for more.
            if (!string.IsNullOrWhiteSpace(text) || (kept.Length > 0 && kept[^1] != ' '))
            {
                kept.Append(string.IsNullOrWhiteSpace(text) ? " " : text);
            }
        }

        return kept.ToString().Trim() is { Length: > 0 } tag ? TagList.Parse(tag) : null;
    }
}
