using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Comparison;
using Pipeline.Comparison.Explanation;
using Pipeline.Imaging;
using Pipeline.Indexing;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.Versions;
using Pipeline.Links;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Search;
using Pipeline.Search.Postgres;
using Pipeline.Search.Saved;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Tags;
using Pipeline.Storage.Thumbnails;
using Pipeline.Study;

namespace Pipeline;

/// <summary>Registers the library.</summary>
/// <example>
/// <code>
/// services.AddPipeline(configuration);
/// ...
/// await provider.GetRequiredService&lt;ImageIndexer&gt;().IndexAsync("vgg16", "holiday/beach.jpg", cancellationToken);
/// </code>
/// </example>
internal static class PipelineServices
{
    /// <summary>
    /// Adds everything to index, search, compare and study images. Settings: the section <c>Models</c> (<see cref="ModelOptions"/>) and the
    /// storage account <c>ImagesStorage</c>: a connection string, or, for Entra ID, <c>ImagesStorage__blobServiceUri</c>,
    /// <c>ImagesStorage__queueServiceUri</c> and <c>ImagesStorage__tableServiceUri</c> with an optional <c>ImagesStorage__clientId</c> of a
    /// user-assigned identity, as the Functions host names its identity-based connections. With <c>ImagesDatabase</c> the embeddings are
    /// in that database. The app does not start without its models.
    /// </summary>
    /// <param name="services">The services to extend.</param>
    /// <param name="configuration">The app's configuration.</param>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddStorage(configuration)
            .AddModels(configuration)
            .AddSingleton(_ => new ImageDecoder(new ImageLimits()))
            .AddSingleton<BlobTags>()
            .AddSingleton<ImageIndexer>()
            .AddSingleton<ImageRemoval>()
            .AddBackfill()
            .AddVersions()
            .AddSingleton(provider => new Reconciler(
                provider.GetRequiredService<ServedModels>(),
                provider.GetRequiredService<BackfillRun>(),
                provider.GetRequiredService<OldVersions>(),
                provider.GetRequiredService<IChangeLog>(),
                provider.GetRequiredService<ChangeLog>(),
                provider.GetRequiredService<BlobTags>(),
                provider.GetRequiredService<ImageIndexer>(),
                provider.GetRequiredService<ThumbnailBlobs>(),
                provider.GetRequiredService<ILogger<Reconciler>>()))
            .AddSingleton<QueryEmbedder>()
            .AddSearch(configuration)
            .AddSingleton(provider => new TagIndex(
                provider.GetRequiredService<TagTable>(),
                provider.GetRequiredService<ChangeLog>(),
                provider.GetRequiredService<IndexBlobs>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<TagIndex>>()))
            .AddLinks(configuration)
            .AddSingleton<PairComparison>()
            .AddSingleton<PairExplanation>()
            .AddSingleton<StudyRun>();
    }

    private static IServiceCollection AddSearch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SearchOptions>().Bind(configuration.GetSection("Search")).ValidateDataAnnotations().ValidateOnStart();
        return string.IsNullOrEmpty(configuration[DatabaseServices.Setting])
            ? services.AddIndexes()
            : services.AddSingleton<ISimilaritySearch, PostgresSearch>();
    }

    private static IServiceCollection AddIndexes(this IServiceCollection services) => services
        .AddSingleton(provider => new VectorRoom(provider.GetRequiredService<IOptions<SearchOptions>>().Value.Folder))
        .AddSingleton<SavedIndexReader>()
        .AddSingleton<SavedIndexWriter>()
        .AddSingleton(provider => new SimilaritySearch(model => new SimilarityIndex(
            model,
            provider.GetRequiredService<EmbeddingTable>(),
            provider.GetRequiredService<ChangeLog>(),
            provider.GetRequiredService<IOptions<SearchOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SimilarityIndex>>())
        {
            Saved = provider.GetRequiredService<SavedIndexReader>(),
        }))
        .AddSingleton<ISimilaritySearch>(provider => provider.GetRequiredService<SimilaritySearch>())
        .AddSingleton(provider => new IndexSaving(
            provider.GetRequiredService<SimilaritySearch>(),
            provider.GetRequiredService<SavedIndexReader>(),
            provider.GetRequiredService<SavedIndexWriter>(),
            provider.GetRequiredService<IndexBlobs>(),
            provider.GetRequiredService<ChangeLog>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IndexSaving>>()));

    private static IServiceCollection AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection("Models");
        OptionsBuilder<ModelOptions> options = services.AddOptions<ModelOptions>().Bind(section).ValidateDataAnnotations();

        // Not read through the options, which are not valid before the models are there.
        if (section.Get<ModelOptions>() is { ContainerUri: not null } settings)
        {
            services.AddSingleton(provider => new ModelStore(
                provider.GetRequiredService<ModelCatalogue>(),
                settings,
                provider.GetRequiredKeyedService<BlobContainerClient>(ModelStore.ContainerKey),
                provider.GetRequiredService<ILogger<ModelStore>>()));
            services.AddHostedService<ModelStoreStartup>();
        }
        else
        {
            options.ValidateOnStart();
        }

        services.AddSingleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>();
        services.AddSingleton(ModelCatalogue.Default());
        services.AddSingleton<ModelSessions>();
        services.AddSingleton<Predictor>();
        return services;
    }
}
