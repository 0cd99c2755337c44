using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>Registers the networks.</summary>
public static class ModelsServices
{
    /// <summary>Adds <see cref="Predictor"/> and <see cref="ModelSessions"/> over the built-in catalogue; the folder comes from the section <c>Models</c>. The app does not start without them.</summary>
    /// <remarks>
    /// With <see cref="ModelOptions.ContainerUri"/> set they are fetched at the start; that needs a <see cref="BlobContainerClient"/> under
    /// <see cref="ModelStore.ContainerKey"/>.
    /// </remarks>
    /// <param name="services">Where to add.</param>
    /// <param name="configuration">The app's configuration.</param>
    public static IServiceCollection AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IConfigurationSection section = configuration.GetSection("Models");
        OptionsBuilder<ModelOptions> options = services.AddOptions<ModelOptions>().Bind(section).ValidateDataAnnotations();

        // Not through the options, which are not valid before the models are there.
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
