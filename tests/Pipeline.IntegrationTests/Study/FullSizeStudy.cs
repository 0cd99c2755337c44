using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Study;

namespace Pipeline.IntegrationTests.Study;

/// <summary>A study of three samples with both models at full size, made once for the tests that read it.</summary>
public sealed class FullSizeStudy(SeededModels models) : IAsyncLifetime
{
    private ModelSessions? _sessions;
    private StudyResult? _result;

    /// <summary>The samples A, B and C.</summary>
    internal static IReadOnlyList<StudyImage> Images { get; } =
        [.. new[] { "vase-1.jpg", "vase-2.jpg", "fish-1.jpg" }.Select(name => new StudyImage(name, Read(name)))];

    internal static StudyRequest Request { get; } = new() { Images = Images, Augmentations = 4, Seed = 3 };

    public ImageDecoder Decoder { get; } = new(new ImageLimits());

    public ModelSessions Sessions => _sessions!;

    internal StudyResult Result => _result!;

    public async ValueTask InitializeAsync()
    {
        _sessions = new ModelSessions(
            ModelCatalogue.Default(), Options.Create(
                new ModelOptions { Folder = models.Folder }), NullLogger<ModelSessions>.Instance);
        _result = await RunAsync();
    }

    internal Task<StudyResult> RunAsync() =>
        new StudyRun(Decoder, Sessions).RunAsync(Request, null, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        _sessions?.Dispose();
        Decoder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static byte[] Read(string sample) => File.ReadAllBytes(Repository.Path("samples", sample));
}
