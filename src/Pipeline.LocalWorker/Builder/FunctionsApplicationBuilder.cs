using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalWorker.Blobs;
using Pipeline.LocalWorker.Hosting;
using Pipeline.LocalWorker.Http;
using Pipeline.LocalWorker.Queues;
using Pipeline.LocalWorker.Timers;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app that runs its functions itself: no Functions host, no cloud.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    // The host lets a function finish before it goes; this is how long.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    // The app has limits of its own to answer with; the server's only keeps out what nobody means to send.
    private const long MaxRequestBodyBytes = 100 * 1024 * 1024;

    private readonly WebApplicationBuilder _web;

    internal FunctionsApplicationBuilder(string[] args)
    {
        _web = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        HostJson = HostJson.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));
        foreach ((string category, string level) in HostJson.LogLevels)
        {
            _web.Configuration[$"Logging:LogLevel:{category}"] = level;
        }

        _web.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        _web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
        });
        _web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <inheritdoc/>
    IConfigurationManager IHostApplicationBuilder.Configuration => _web.Configuration;

    /// <summary>The app's settings.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => _web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <inheritdoc/>
    public IServiceCollection Services => _web.Services;

    internal HostJson HostJson { get; set; }

    /// <summary>Where the functions are; a test's are not in the assembly that was started.</summary>
    internal Assembly FunctionsAssembly { get; set; } = Assembly.GetEntryAssembly() ?? Assembly.GetCallingAssembly();

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>The app, ready to run.</summary>
    /// <exception cref="InvalidOperationException">A function is declared in a way that no host can run.</exception>
    public IHost Build()
    {
        IReadOnlyList<Function> functions = Function.Discover(FunctionsAssembly);
        _web.Services.AddSingleton(HostJson);
        _web.Services.AddSingleton<FunctionInvoker>();
        _web.Services.AddSingleton<StorageConnections>();
        foreach (Function function in functions)
        {
            switch (function.Trigger)
            {
                case BlobTriggerAttribute trigger:
                    _web.Services.AddSingleton<IHostedService>(services =>
                        ActivatorUtilities.CreateInstance<BlobListener>(services, function, trigger));
                    break;
                case QueueTriggerAttribute trigger:
                    _web.Services.AddSingleton<IHostedService>(services =>
                        ActivatorUtilities.CreateInstance<QueueListener>(services, function, trigger));
                    break;
                case TimerTriggerAttribute trigger:
                    _web.Services.AddSingleton<IHostedService>(services =>
                        ActivatorUtilities.CreateInstance<TimerListener>(services, function, trigger));
                    break;
            }
        }

        if (string.IsNullOrEmpty(_web.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            _web.WebHost.UseUrls("http://127.0.0.1:7071");
        }

        WebApplication app = _web.Build();
        HttpFunctions.Map(app, functions, HostJson);
        return app;
    }
}
