using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Imaging;

/// <summary>Registers the door for image bytes.</summary>
public static class ImagingServices
{
    /// <summary>Adds an <see cref="ImageDecoder"/> with the default limits.</summary>
    public static IServiceCollection AddImaging(this IServiceCollection services) => services.AddSingleton(_ => new ImageDecoder(new ImageLimits()));
}
