using Pipeline.ModelBuilding;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

[assembly: AssemblyFixture(typeof(SeededModels))]

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>VGG16 and ResNet50 at full size with seeded weights, built once by this very build of the product.</summary>
public sealed class SeededModels : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("pipeline-models-").FullName;

    public IReadOnlyList<InstalledModel> Installed { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var installed = new List<InstalledModel>();
        foreach (ModelDefinition model in ModelCatalogue.Default().Models.Where(model => model.Weights is not null))
        {
            installed.Add(
                await ModelBuilder.BuildAsync(model, new SeededWeights(1), withTop: true, Folder, TestContext.Current.CancellationToken));
        }

        Installed = installed;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
