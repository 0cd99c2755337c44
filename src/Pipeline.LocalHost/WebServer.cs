using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost;

/// <summary>A minimal web server that ignores environment variables for other programs, such as ASPNETCORE_URLS.</summary>
internal static class WebServer
{
    public static WebApplication Build(ILoggerFactory logs, Action<KestrelServerOptions> listen, Action<IServiceCollection> register)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            listen(kestrel);
        });
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        register(builder.Services);
        return builder.Build();
    }
}
