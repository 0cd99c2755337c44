using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>Registers the networks.</summary>
public static class ModelsServices
{
    /// <summary>Adds <see cref="Predictor"/> and <see cref="ModelSessions"/> over the built-in catalogue; the folder comes from the section <c>Models</c>. The app does not start without them.</summary>
    /// <param name="services">Where to add.</param>
    /// <param name="configuration">The app's configuration.</param>
    public static IServiceCollection AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ModelOptions>().Bind(configuration.GetSection("Models")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>();
        services.AddSingleton(ModelCatalogue.Default());
        services.AddSingleton<ModelSessions>();
        services.AddSingleton<Predictor>();
        return services;
    }
}
