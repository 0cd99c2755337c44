using System.Text;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Evaluate;

/// <summary>A CSV file that names the group of each image: <c>name,group</c>, with or without that line at its beginning.</summary>
internal static class GroupsFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the groups.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">The names of the images that there are.</param>
    /// <returns>By the image's name, its group; images that are not named, or whose group is empty, are missing.</returns>
    /// <exception cref="CommandFailure">It is not such a file; the message names the line.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path, IReadOnlySet<string> names)
    {
        string shown = SourceTree.Display(path);
        IReadOnlyList<CsvRow> rows;
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            int mark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            rows = CsvRows.Read(Strict.GetString(bytes.AsSpan(mark)));
        }
        catch (DecoderFallbackException)
        {
            throw new CommandFailure($"'{shown}' is not text in UTF-8. Save it as CSV UTF-8.");
        }
        catch (FormatException malformed)
        {
            throw new CommandFailure($"'{shown}', {ShownText.OfLine(malformed.Message)}");
        }

        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (CsvRow row in rows.Skip(IsHeading(rows) ? 1 : 0))
        {
            string at = $"'{shown}', line {row.Line}:";
            if (row.Cells is not [{ } written, { } group])
            {
                throw new CommandFailure(
                    $"{at} {row.Cells.Count} {(row.Cells.Count == 1 ? "cell" : "cells")} instead of two, the image's name and its group. " +
                    "Separate them by a comma, and enclose a name that has one in quotes.");
            }

            string name = written.Replace('\\', '/');
            if (!names.Contains(name))
            {
                throw new CommandFailure(
                    $"{at} there is no image '{ShownText.OfLine(written)}' in the folder. Names are paths from the folder, " +
                    "such as birds/1.jpg.");
            }

            if (!lines.TryAdd(name, row.Line))
            {
                throw new CommandFailure(
                    $"{at} '{ShownText.OfLine(written)}' was named before, in line {lines[name]}. Name each image once.");
            }

            if (group.Trim().Length > 0)
            {
                groups[name] = group.Trim();
            }
        }

        return groups.Count > 0
            ? groups
            : throw new CommandFailure($"'{shown}' names no group. Write a line for each image, such as birds/1.jpg,birds");
    }

    private static bool IsHeading(IReadOnlyList<CsvRow> rows) =>
        rows is [{ Cells: [{ } name, { } group] }, ..]
        && name.Trim().Equals("name", StringComparison.OrdinalIgnoreCase)
        && group.Trim().Equals("group", StringComparison.OrdinalIgnoreCase);
}
