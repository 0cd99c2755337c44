using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

/// <summary>A models folder with VGG16 and ResNet50 at an eighth of their width: real graphs that run, quickly made.</summary>
public sealed class SmallModels : IDisposable
{
    private const int Divisor = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-small-models-").FullName;

    public SmallModels() : this(withTop: true, studied: true, labelled: true)
    {
    }

    /// <param name="withTop">Whether the models have their dense layers.</param>
    /// <param name="studied">Whether they are also installed in float32 if search uses another precision.</param>
    /// <param name="labelled">Whether the class index is installed.</param>
    internal SmallModels(bool withTop, bool studied, bool labelled)
    {
        foreach (ModelDefinition model in ModelCatalogue.Default().Models.Where(model => model.Weights is not null))
        {
            Precision precision = model.PrecisionOf(withTop);
            Build(model, precision, withTop, ModelManifest.Searched);
            if (studied && precision != Precision.Float32)
            {
                Build(model, Precision.Float32, withTop, ModelManifest.Studied);
            }
        }

        if (labelled)
        {
            var classes = Enumerable.Range(0, 1000).ToDictionary(
                number => $"{number}", number => new[] { $"n{number:00000000}", $"label_{number}" });
            File.WriteAllText(Path.Combine(_folder, ClassIndex.FileName), JsonSerializer.Serialize(classes));
        }

        Sessions = Open(NullLogger<ModelSessions>.Instance);
    }

    public ModelSessions Sessions { get; }

    /// <summary>A copy of the models, for a test that disposes of them or damages them.</summary>
    public ModelSessions Open(ILogger<ModelSessions> logger, TimeProvider? time = null) =>
        new(ModelCatalogue.Default(), Options.Create(new ModelOptions { Folder = _folder }), logger, time);

    public void Dispose()
    {
        Sessions.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Build(ModelDefinition model, Precision precision, bool withTop, string use)
    {
        string path = ModelManifest.ModelPathOf(_folder, model.Key, use);
        string weightsHash;
        using (FileStream file = File.Create(path))
        {
            weightsHash = ModelBuilder.Write(model, new SeededWeights(1), precision, withTop, Divisor, file, CancellationToken.None);
        }

        new ModelManifest(
            ModelManifest.CurrentFormat,
            model.Key,
            WeightsOrigin.Untrained,
            weightsHash,
            precision,
            withTop,
            ModelManifest.FingerprintOf(model, weightsHash, precision).ToString(),
            new FileInfo(path).Length,
            "").Write(_folder, use);
    }
}
