using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Indexing.Backfill;
using Pipeline.Models;
using Pipeline.Models.Store;

namespace Pipeline.Indexing.Versions;

/// <summary>Registers what decides which versions of the models are indexed, which respond, and which are deleted.</summary>
internal static class VersionServices
{
    public static IServiceCollection AddVersions(this IServiceCollection services) => services
        .AddSingleton(provider => new RunningModels(BackfillServices.Container(provider)))
        .AddSingleton(provider => new PreviousModels(
            provider.GetRequiredService<ModelSessions>().Models,
            provider.GetRequiredService<IOptions<ModelOptions>>().Value,
            provider.GetService<ModelStore>(),
            provider.GetRequiredService<ILogger<PreviousModels>>()))
        .AddSingleton<VersionCoverage>()
        .AddSingleton(provider => new ServedModels(
            provider.GetRequiredService<ModelSessions>().Models,
            provider.GetRequiredService<PreviousModels>(),
            provider.GetRequiredService<RunningModels>(),
            provider.GetRequiredService<VersionCoverage>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ServedModels>>()))
        .AddSingleton<OldVersions>()
        .AddHostedService<RunningModelsNote>();
}
