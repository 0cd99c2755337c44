using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Search;

/// <summary>Registers the search.</summary>
public static class SearchServices
{
    /// <summary>Adds <see cref="QueryEmbedder"/> and <see cref="SimilaritySearch"/>; they need the models and the embeddings.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services) => 
        services.AddSingleton<QueryEmbedder>().AddSingleton<SimilaritySearch>();
}
