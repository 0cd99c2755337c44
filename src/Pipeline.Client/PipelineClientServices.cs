using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Client;

/// <summary>Registers the client.</summary>
public static class PipelineClientServices
{
    /// <summary>Adds <see cref="PipelineClient"/>, whose connections are shared and renewed, with retries.</summary>
    /// <param name="services">The services to extend.</param>
    /// <param name="address">The app's address, such as <c>https://images.azurewebsites.net</c>.</param>
    /// <param name="key">A function key; null where the app needs none, as on this machine.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>.</returns>
    /// <example>
    /// <code>
    /// services.AddPipelineClient(new Uri(configuration["Pipeline:Url"]!), configuration["Pipeline:Key"]);
    /// </code>
    /// </example>
    public static IHttpClientBuilder AddPipelineClient(this IServiceCollection services, Uri address, string? key = null)
    {
        IHttpClientBuilder builder = services
            .AddHttpClient(nameof(PipelineClient), http => PipelineClient.Configure(http, address, key))
            .AddTypedClient(http => new PipelineClient(http))
            .ConfigurePrimaryHttpMessageHandler(PipelineClient.CreateHandler);
        builder.AddResilienceHandler("pipeline", Retries.AddTo);
        return builder;
    }
}
