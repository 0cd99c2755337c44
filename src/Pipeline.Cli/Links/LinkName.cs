using Pipeline.Links;

namespace Pipeline.Cli.Links;

/// <summary>A link as a user names it: by its id, or by its address.</summary>
internal static class LinkName
{
    /// <summary>The link's id.</summary>
    /// <exception cref="CommandFailure">It is neither.</exception>
    public static string IdOf(string name) =>
        name.Length == LinkTable.IdLength && name.All(char.IsAsciiHexDigitLower) ? name
        : Uri.TryCreate(name.Trim(), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? LinkTable.IdOf(address)
            : throw new CommandFailure(
                $"'{Terminal.ShownText.OfLine(name)}' names no link. Give its address, or its id of {LinkTable.IdLength} digits, as " +
                "./pipeline links list shows them.");
}
