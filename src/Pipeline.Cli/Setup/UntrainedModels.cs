using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Setup;

/// <summary>Warns about untrained models, whose results mean nothing.</summary>
internal static class UntrainedModels
{
    /// <param name="models">The models in use.</param>
    /// <param name="console">The console; nothing is printed if all models are trained.</param>
    public static void Warn(IReadOnlyList<InstalledModel> models, CommandConsole console)
    {
        string[] untrained = [.. models.Where(model => model.Weights == WeightsOrigin.Untrained).Select(model => model.Definition.Title)];
        if (untrained.Length > 0)
        {
            bool othersVote = models.Any(model => model.Weights != WeightsOrigin.Untrained);
            string vote = othersVote ? ", and they have no vote in the list of all models" : "";
            console.Write(new Panel(new Text(
                $"{string.Join(" and ", untrained)}: untrained weights, drawn from a seed.\n" +
                $"They run at full size and speed, but their results mean nothing{vote}.\n" +
                "Get them trained with ./pipeline models pull"))
            {
                Header = new PanelHeader(" UNTRAINED MODELS "),
                Border = BoxBorder.Double,
                BorderStyle = new Style(Color.Yellow),
                Padding = new Padding(2, 0),
            });
        }
    }
}
