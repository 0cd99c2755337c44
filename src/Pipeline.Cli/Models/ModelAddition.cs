using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Own;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Models;

/// <summary>Adds a user's ONNX file to the models: settles how it takes an image, tries it on samples, and installs it.</summary>
/// <param name="tree">The checkout.</param>
/// <param name="console">The console.</param>
internal sealed class ModelAddition(SourceTree tree, CommandConsole console)
{
    // Two images of different motifs whose embeddings are nearer than this come from a model that does not look at its input.
    private const float Constant = 0.99999f;

    private const int LatencyRuns = 5;

    /// <param name="file">The ONNX file.</param>
    /// <param name="options">What the user says of it.</param>
    /// <param name="cancellationToken">Ends the work early; nothing is left.</param>
    /// <exception cref="CommandFailure">The model is not accepted; the message says why, and what to do.</exception>
    public async Task RunAsync(FileInfo file, OwnModelOptions options, CancellationToken cancellationToken)
    {
        string staging = Path.Combine(tree.State, $"adding-{Guid.NewGuid().ToString("N")[..8]}");
        Directory.CreateDirectory(staging);
        try
        {
            await AddAsync(file, options, Path.Combine(staging, "model.onnx"), cancellationToken);
        }
        catch (InvalidDataException refused)
        {
            throw new CommandFailure(refused.Message);
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private async Task AddAsync(FileInfo file, OwnModelOptions options, string staged, CancellationToken cancellationToken)
    {
        string weightsHash = "";
        ModelDefinition? definition = null;
        await console.StageAsync($"Reading {file.Name}", _ => Task.Run(
            () =>
            {
                OnnxFile onnx = OnnxFile.Read(file.FullName);
                if (options.Output is { } output && !onnx.TryAddOutput(output))
                {
                    throw new InvalidDataException(
                        $"The model has no output and no tensor '{output}'; it has the outputs " +
                        $"{string.Join(", ", onnx.Outputs)}.");
                }

                onnx.Save(staged);
                weightsHash = onnx.Sha256;
                definition = OwnModel.Describe(staged, options);
            },
            cancellationToken));
        Trial trial = await TryAsync(definition!, staged, cancellationToken);
        definition = definition! with { EmbeddingLength = trial.Length };
        if (ModelCatalogue.ErrorOf(definition) is { } error)
        {
            throw new InvalidDataException(error);
        }

        InstalledModel installed = await Task.Run(
            () => ModelFile.InstallCopy(
                definition,
                new ModelOrigin(WeightsOrigin.Own, Precision.Float32, WithTop: false),
                tree.Models,
                ModelManifest.Searched,
                staged,
                weightsHash,
                cancellationToken),
            cancellationToken);
        console.Write(Describe(installed, trial));
        console.Line($"{installed.Definition.Title}: fingerprint {installed.Fingerprint}, {SourceTree.Display(installed.Path)}");
        console.Line("Images that are uploaded from the app's next start on are embedded by it, too.");
    }

    private async Task<Trial> TryAsync(ModelDefinition definition, string staged, CancellationToken cancellationToken)
    {
        var model = new InstalledModel(
            definition, default, WeightsOrigin.Own, Precision.Float32, WithTop: false, staged);
        Trial? trial = null;
        await console.StageAsync("Running it on the samples", async progress =>
        {
            long before = Process.GetCurrentProcess().WorkingSet64;
            using var session = new ModelSession(model, cancellationToken);
            using var decoder = new ImageDecoder(new ImageLimits());
            IReadOnlyList<Sample> samples = Samples.Find(tree.Samples);
            var embeddings = new List<Embedding>();
            foreach (Sample sample in samples)
            {
                byte[] bytes = await File.ReadAllBytesAsync(sample.Path, cancellationToken);
                DecodedImage image = await decoder.DecodeAsync(bytes, definition.InputForm, cancellationToken);
                embeddings.Add(await EmbedAsync(session, image.Pixels, cancellationToken));
                progress.Report(new StageProgress((double)embeddings.Count / samples.Count, sample.Name));
            }

            RgbImage grey = new(definition.InputSize, definition.InputSize, Grey(definition.InputSize));
            double[] latencies = new double[LatencyRuns];
            for (int run = 0; run < LatencyRuns; run++)
            {
                long start = Stopwatch.GetTimestamp();
                await EmbedAsync(session, grey, cancellationToken);
                latencies[run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            long memory = Process.GetCurrentProcess().WorkingSet64 - before;
            trial = Judge(embeddings, latencies.Order().ElementAt(LatencyRuns / 2), memory);
        });
        return trial!;
    }

    private static async Task<Embedding> EmbedAsync(ModelSession session, RgbImage image, CancellationToken cancellationToken)
    {
        try
        {
            return await session.EmbedAsync(image, cancellationToken);
        }
        catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException failed)
        {
            throw new InvalidDataException(
                $"The model cannot be run on an image of {image.Width} x {image.Height} pixels: {failed.Message.Split('\n')[0]} Check " +
                "--size and --layout.",
                failed);
        }
    }

    private static Trial Judge(List<Embedding> embeddings, double latency, long memory)
    {
        int length = embeddings[0].Values.Length;
        if (length > OwnModel.MaxLength)
        {
            throw new InvalidDataException(
                $"The embedding has {length:N0} dimensions; at most {OwnModel.MaxLength:N0} are accepted. Choose another --output or " +
                "--pooling.");
        }

        float[] cosines =
        [
            .. from a in Enumerable.Range(0, embeddings.Count)
               from b in Enumerable.Range(a + 1, embeddings.Count - a - 1)
               select Embedding.Cosine(embeddings[a].Values.Span, embeddings[b].Values.Span),
        ];
        return length > 1 && cosines.Min() < Constant
            ? new Trial(length, latency, memory, cosines.Min(), cosines.Average(), cosines.Max())
            : throw new InvalidDataException(
                $"The output is the same for all {embeddings.Count} samples (lowest cosine of a pair {cosines.Min():0.000000}), so it is " +
                "no embedding. Choose another --output, or check the preprocessing.");
    }

    private static byte[] Grey(int side)
    {
        byte[] pixels = new byte[side * side * 3];
        pixels.AsSpan().Fill(128);
        return pixels;
    }

    private static Table Describe(InstalledModel model, Trial trial)
    {
        ModelDefinition definition = model.Definition;
        Table table = new Table().HideHeaders().AddColumns("", "");
        Row("input", $"{definition.InputName}, {definition.InputSize} x {definition.InputSize}, {definition.Layout}, " +
            $"{definition.ChannelOrder}".ToUpperInvariant());
        Row("pixels", string.Create(
            CultureInfo.InvariantCulture,
            $"(p - [{string.Join(", ", definition.Mean.Select(mean => $"{mean:0.###}"))}]) * " +
            $"[{string.Join(", ", definition.Scale.Select(scale => $"{scale:0.#####}"))}]"));
        string resized = definition.ResizeTo is { } side ? $" from {side}" : "";
        Row("resized", $"{definition.Resampling.ToJsonName()}, {definition.Fit.ToString().ToLowerInvariant()}{resized}");
        Row(
            "embedding",
            $"{definition.EmbeddingOutput}, pooling {definition.Pooling.ToString().ToLowerInvariant()}, {trial.Length} dimensions");
        Row("latency", string.Create(CultureInfo.InvariantCulture, $"{trial.Latency:0.0} ms an image"));
        Row("memory", string.Create(CultureInfo.InvariantCulture, $"{trial.Memory / 1e6:0} MB"));
        Row("cosines of samples", string.Create(
            CultureInfo.InvariantCulture, $"{trial.Lowest:0.000} to {trial.Highest:0.000}, mean {trial.Mean:0.000}"));
        return table;

        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }

    /// <summary>How the model did on the samples.</summary>
    /// <param name="Length">Dimensions of the embedding.</param>
    /// <param name="Latency">Median, in milliseconds an image.</param>
    /// <param name="Memory">Bytes that the process took more since before the load.</param>
    /// <param name="Lowest">Lowest cosine of a pair.</param>
    /// <param name="Mean">Mean cosine of the pairs.</param>
    /// <param name="Highest">Highest cosine of a pair.</param>
    private sealed record Trial(int Length, double Latency, long Memory, float Lowest, float Mean, float Highest);
}
