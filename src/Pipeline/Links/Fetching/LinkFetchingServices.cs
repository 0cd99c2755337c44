using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Links.Fence;

namespace Pipeline.Links.Fetching;

/// <summary>Registers what fetches links.</summary>
internal static class LinkFetchingServices
{
    public static IServiceCollection AddLinkFetching(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LinkOptions>().Bind(configuration.GetSection("Links"))
            .Validate(
                options => options.Ports.Concat(options.TestPorts).All(port => port is > 0 and < 65_536),
                "A port in Links__Ports is not one: ports are 1 to 65535.")
            .Validate(
                options => options.Browser.Endpoint is null or { IsAbsoluteUri: true, Scheme: "ws" or "wss" },
                "Links__Browser__Endpoint is no address of a browser: it begins with ws:// or wss://.")
            .Validate(
                options => options.Browser.Executable is not { Length: > 0 } path || File.Exists(path),
                "There is no file at Links__Browser__Executable. Install a Chromium there, or correct the setting.")
            .Validate(
                options => new[] { options.Browser.Executable, options.Browser.Channel, options.Browser.Endpoint?.OriginalString }
                    .Count(setting => setting is { Length: > 0 }) <= 1,
                "Set only one of Links__Browser__Executable, Links__Browser__Channel and Links__Browser__Endpoint.")
            .ValidateOnStart();
        return services
            .AddSingleton<ResolveHost>(_ => (host, stop) => Dns.GetHostAddressesAsync(host, stop))
            .AddSingleton<AddressFence>()
            .AddSingleton<LinkFetcher>()
            .AddSingleton<PageBrowser>()
            .AddSingleton<ILinkSource, LinkSource>();
    }
}
