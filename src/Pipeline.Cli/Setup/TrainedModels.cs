using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>
/// Offers the trained models where there are none at all. A download of this size is begun only when somebody agrees; where nobody can be asked, or
/// it fails, the caller goes on without.
/// </summary>
internal static class TrainedModels
{
    public static async Task OfferAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelDefinition> models = ModelCatalogue.Default().Models;
        if (!console.CanAsk || models.Any(model => InstalledModel.Find(model, tree.Models) is not null))
        {
            return;
        }

        string question = string.Create(
            CultureInfo.InvariantCulture,
            $"Fetch the trained models, {models.Sum(model => model.Weights.Bytes) / 1e6:0} MB from {models[0].Weights.Address.Host}? Without them untrained ones are built");
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
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            console.Error(exception.Message);
            console.Line("Going on with untrained models. ./pipeline models pull goes on with the download where it stopped.");
        }
    }
}
