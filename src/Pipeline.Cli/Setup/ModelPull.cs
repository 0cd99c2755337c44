using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Fetches published weights, checks them, and converts them to models.</summary>
/// <param name="folder">The models folder.</param>
/// <param name="downloads">The folder of downloads until they have been used.</param>
/// <param name="download">Fetches and checks.</param>
/// <param name="console">The console.</param>
internal sealed class ModelPull(string folder, string downloads, WeightsDownload download, CommandConsole console)
{
    /// <summary>A folder or an http(s) address to take the files from; null for the publisher's address.</summary>
    public string? From { get; init; }

    /// <summary>Whether to include the dense layers.</summary>
    public bool WithTop { get; init; } = true;

    /// <summary>Whether to replace existing models.</summary>
    public bool Force { get; init; }

    /// <summary>Whether to replace a certain one.</summary>
    public Func<ModelDefinition, bool> IsToReplace { get; init; } = _ => false;

    /// <summary>Installs the models and the names of the classes in the models folder.</summary>
    /// <param name="models">Those of <see cref="TrainedModels.Published"/>; empty for the names alone.</param>
    /// <param name="classIndex">The names of the classes.</param>
    /// <param name="cancellationToken">Ends the work early; what was fetched stays, and is continued by the next call.</param>
    /// <exception cref="HttpRequestException">A file cannot be fetched.</exception>
    /// <exception cref="InvalidDataException">A file is not the published one, or its weights do not fit.</exception>
    /// <exception cref="IOException">The disk is full, or cannot be written to.</exception>
    public async Task RunAsync(IReadOnlyList<ModelDefinition> models, PublishedFile classIndex, CancellationToken cancellationToken)
    {
        var wanted = new List<(ModelDefinition Model, PublishedFile File)>();
        foreach (ModelDefinition model in models)
        {
            if (!Force && Installed(model) is { } there && !IsToReplace(model))
            {
                console.Line($"{model.Title} is installed (imagenet weights, fingerprint {there.Fingerprint})");
            }
            else
            {
                wanted.Add((model, Placed(PublishedFile.Of((WithTop ? model.Weights : model.NoTop?.Weights)!))));
            }
        }

        if (wanted.Count > 0)
        {
            string files = string.Join(", ", wanted.Select(item => $"{item.Model.Title} {Megabytes(item.File.MostBytes)} MB"));
            console.Line($"{Megabytes(wanted.Sum(item => item.File.MostBytes))} MB from {From ?? wanted[0].File.Address.Host}: {files}");
        }

        // The small file first: if the source cannot be reached, that is known at once.
        await FetchClassIndexAsync(Placed(classIndex), cancellationToken);
        foreach ((ModelDefinition model, PublishedFile file) in wanted)
        {
            string path = await FetchAsync(model.Title, file, downloads, cancellationToken);
            await ConvertAsync(model, path, cancellationToken);
            if (!file.Address.IsFile)
            {
                File.Delete(path);
            }
        }
    }

    private PublishedFile Placed(PublishedFile file) => From is null ? file : file.At(From);

    /// <summary>The model that this would install, if it exists and is not damaged.</summary>
    private InstalledModel? Installed(ModelDefinition model)
    {
        try
        {
            return InstalledModel.FindFloat32(model, folder) is not null
                && InstalledModel.Find(model, folder) is { Weights: WeightsOrigin.ImageNet } installed && installed.WithTop == WithTop
                    ? installed
                    : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async Task FetchClassIndexAsync(PublishedFile file, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, ClassIndex.FileName);
        if (await WeightsDownload.IsThereAsync(file, target, cancellationToken))
        {
            console.Line("The names of the classes are installed");
            return;
        }

        string path = await FetchAsync("the names of the classes", file, folder, cancellationToken);
        if (file.Address.IsFile)
        {
            Directory.CreateDirectory(folder);
            string part = $"{target}.part";
            try
            {
                File.Copy(path, part, overwrite: true);
                File.Move(part, target, overwrite: true);
            }
            finally
            {
                File.Delete(part);
            }
        }
    }

    private async Task<string> FetchAsync(string title, PublishedFile file, string to, CancellationToken cancellationToken)
    {
        string path = "";
        await console.StageAsync(
            $"{(file.Address.IsFile ? "Checking" : "Downloading")} {title}",
            async progress => path = await download.FetchAsync(file, to, new DownloadStage(progress), cancellationToken));
        return path;
    }

    private async Task ConvertAsync(ModelDefinition model, string path, CancellationToken cancellationToken)
    {
        using var weights = new KerasWeights(path);
        InstalledModel? built = null;
        await console.StageAsync($"Converting {model.Title}", async progress => built = await ModelBuilder.BuildAsync(
            model, new ReportingWeights(weights, model, WithTop, progress), WithTop, folder, cancellationToken));
        console.Line($"{model.Title}: imagenet weights, fingerprint {built!.Fingerprint}, {SourceTree.Display(built.Path)}");
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0", CultureInfo.InvariantCulture);

    // Progress<T> reports on other threads and in no order.
    private sealed class DownloadStage(IProgress<StageProgress> stage) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => stage.Report(value.Total is { } total and > 0
            ? new StageProgress((double)value.Done / total, $"{Megabytes(value.Done)} of {Megabytes(total)} MB")
            : new StageProgress(0, $"{Megabytes(value.Done)} MB"));
    }
}
