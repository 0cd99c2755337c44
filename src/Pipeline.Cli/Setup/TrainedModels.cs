using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>
/// Offers to download the trained models of the study if no model is installed. A download of this size needs the user's consent; if there is no
/// terminal, or the download fails, the caller continues without.
/// </summary>
internal static class TrainedModels
{
    /// <summary>The models whose weights are published by Keras.</summary>
    public static IReadOnlyList<ModelDefinition> Published { get; } =
        [.. ModelCatalogue.Default().Models.Where(model => model.Weights is not null)];

    public static async Task OfferAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelDefinition> models = Published;
        if (!console.CanAsk || models.Any(model => InstalledModel.Find(model, tree.Models) is not null))
        {
            return;
        }

        string question = string.Create(
            CultureInfo.InvariantCulture,
            $"Fetch the trained {string.Join(" and ", models.Select(model => model.Title))}, " +
            $"{models.Sum(model => model.Weights!.Bytes) / 1e6:0} MB from {models[0].Weights!.Address.Host}? " +
            $"Otherwise they are untrained and have no vote");
        if (!await console.AskAsync(question, cancellationToken))
        {
            return;
        }

        using HttpClient client = WeightsClient.Create();
        try
        {
            await new ModelPull(tree.Models, tree.Downloads, new WeightsDownload(client), console)
                .RunAsync(models, PublishedFile.ImageNetClassIndex, cancellationToken);
        }
        // A full or read-only disk is not among them: untrained models could not be written there either.
        catch (Exception exception) when (exception is HttpRequestException or InvalidDataException)
        {
            console.Error(exception.Message);
            console.Line("Continuing with untrained models. Run ./pipeline models pull to resume the download.");
        }
    }
}
