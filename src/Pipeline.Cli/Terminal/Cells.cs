using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Terminal;

/// <summary>The cells of a table's row, with text that comes from others.</summary>
internal static class Cells
{
    public static IEnumerable<IRenderable> Of(params IEnumerable<string> texts) => texts.Select(text => new Text(ShownText.OfLine(text)));
}
