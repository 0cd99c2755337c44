using Pipeline.Comparison.Explanation;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.Comparison.Explanation;

/// <summary>The trained ResNet-18 explains why two vases of the samples are alike: by the vases, not by the wall and the table.</summary>
public sealed class VaseExplanationTests : IAsyncLifetime
{
    // The box around each vase, in pixels of the sample: found by eye. Flowers and shadow are left out.
    private static readonly Dictionary<string, (int Left, int Top, int Right, int Bottom)> Vases = new()
    {
        ["vase-1.jpg"] = (137, 98, 304, 311),
        ["vase-2.jpg"] = (153, 98, 282, 346),
        ["vase-3.png"] = (98, 106, 239, 413),
        ["vase-4.jpg"] = (190, 56, 374, 276),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-explanation-").FullName;
    private readonly ImageDecoder _decoder = new(new ImageLimits());
    private ModelSessions? _sessions;

    public static TheoryData<string, string> Pairs => new(
        from a in Vases.Keys from b in Vases.Keys where string.CompareOrdinal(a, b) < 0 select (a, b));

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        ModelDefinition definition = ModelCatalogue.Default().Models.Single(model => model.Key == "resnet18");
        await ResNet18.BuildAsync(definition, ResNet18.Package, _folder, CancellationToken);
        _sessions = new ModelSessions(
            ModelCatalogue.Default(),
            Microsoft.Extensions.Options.Options.Create(new ModelOptions { Folder = _folder }),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ModelSessions>.Instance);
    }

    public ValueTask DisposeAsync()
    {
        _sessions?.Dispose();
        _decoder.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_vase_is_warmer_than_what_is_around_it(string a, string b)
    {
        var explanation = new PairExplanation(_decoder, _sessions!);

        ExplainedPair pair = await explanation.ExplainAsync(Sample(a), Sample(b), _sessions!.Models.Single(), CancellationToken);

        foreach ((string name, ExplainedImage side) in new[] { (a, pair.A), (b, pair.B) })
        {
            (double vase, double around) = Heat(side, Vases[name]);
            Assert.InRange(vase, around + 0.1, 1);
        }
    }

    /// <summary>The mean of the map within a box and outside it, each cell of the map by the part of it that lies there.</summary>
    private static (double Within, double Outside) Heat(ExplainedImage side, (int Left, int Top, int Right, int Bottom) box)
    {
        (double within, double all, double share) = (0, 0, 0);
        for (int row = 0; row < side.Map.Rows; row++)
        {
            for (int column = 0; column < side.Map.Columns; column++)
            {
                double part = Overlap(column, side.Map.Columns, box.Left, box.Right, side.Image.Width)
                    * Overlap(row, side.Map.Rows, box.Top, box.Bottom, side.Image.Height);
                float heat = side.Map.Values.Span[(row * side.Map.Columns) + column];
                within += heat * part;
                share += part;
                all += heat;
            }
        }

        return (within / share, (all - within) / ((side.Map.Rows * side.Map.Columns) - share));

        static double Overlap(int cell, int cells, int from, int to, int pixels) => Math.Max(
            0, Math.Min((cell + 1.0) / cells, (double)to / pixels) - Math.Max((double)cell / cells, (double)from / pixels)) * cells;
    }

    private static EncodedImage Sample(string name) => new(File.ReadAllBytes(Repository.Path("samples", name)), name);
}
