using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Setup;

/// <summary>Everything that must be there before storage and function app can start.</summary>
internal static class LocalSetup
{
    public static async Task MakeReadyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstalledModel> models;
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await AzuriteInstallation.MakeReadyAsync(tree, console, cancellationToken);
            await DotnetBuild.RunAsync(tree, tree.FunctionsProject, "the function app", console, cancellationToken);
            models = await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        string[] untrained = [.. models.Where(model => model.Weights == WeightsOrigin.Untrained).Select(model => model.Definition.Title)];
        if (untrained.Length > 0)
        {
            console.Write(new Panel(new Text(
                $"{string.Join(" and ", untrained)}: untrained weights, drawn from a seed.\n" +
                "The pipeline runs at full size and speed, but what it calls similar means little: these networks have learnt nothing."))
            {
                Header = new PanelHeader(" UNTRAINED NETWORKS "),
                Border = BoxBorder.Double,
                BorderStyle = new Style(Color.Yellow),
                Padding = new Padding(2, 0),
            });
        }
    }
}
