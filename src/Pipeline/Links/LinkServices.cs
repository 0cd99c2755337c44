using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Indexing.Versions;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;
using Pipeline.Search;

namespace Pipeline.Links;

/// <summary>Registers what takes links: the table, the queue, and what fetches them.</summary>
internal static class LinkServices
{
    public static IServiceCollection AddLinks(this IServiceCollection services, IConfiguration configuration) => services
        .AddLinkFetching(configuration)
        .AddSingleton<LinkTable>()
        .AddSingleton<LinkQueue>()
        .AddSingleton<LinkStore>()
        .AddSingleton(provider => new SavedLinks(
            provider.GetRequiredService<LinkTable>(),
            provider.GetRequiredService<LinkQueue>(),
            provider.GetRequiredService<LinkStore>(),
            provider.GetRequiredService<AddressFence>(),
            provider.GetRequiredService<ILinkSource>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new LinkWorker(
            provider.GetRequiredService<ILinkSource>(),
            provider.GetRequiredService<LinkTable>(),
            provider.GetRequiredService<LinkStore>(),
            provider.GetRequiredService<ServedModels>(),
            provider.GetRequiredService<QueryEmbedder>(),
            provider.GetRequiredService<ISimilaritySearch>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LinkWorker>>()));
}
