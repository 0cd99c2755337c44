using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pipeline.Functions;

/// <summary>
/// Where the app's spans, histograms and log go, by the settings that every OpenTelemetry app knows: to Azure Monitor with
/// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, by OTLP with <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, to the console with
/// <c>Telemetry__Console=true</c>. With none of them nothing is collected.
/// </summary>
internal static class TelemetryExport
{
    // The library's ActivitySource and Meter.
    private const string Product = "Pipeline";

    private const string SchemaVersion = "WorkerOpenTelemetrySchemaVersion";

    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        string? azure = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        bool otlp = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        bool console = configuration.GetValue<bool>("Telemetry:Console");
        bool remote = !string.IsNullOrEmpty(azure) || otlp;
        if (!remote && !console)
        {
            return services;
        }

        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(Product))
            .WithMetrics(metrics => metrics.AddMeter(Product));
        if (console)
        {
            telemetry
                .WithTracing(tracing => tracing.AddConsoleExporter())
                .WithMetrics(metrics => metrics.AddConsoleExporter());
        }

        if (remote)
        {
            // From here on the worker sends its log itself: also what it says at its start, which the Functions host throws away.
            telemetry.UseFunctionsWorkerDefaults().WithLogging();

            // In the schema that the package asks for, lines carry no invocation id, and the host's own log loses them
            // (Azure/azure-functions-dotnet-worker#3489). The one before has it.
            services.Configure<WorkerOptions>(options => options.Capabilities[SchemaVersion] = "1.17.0");
        }

        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        return string.IsNullOrEmpty(azure)
            ? services
            : AddAzureMonitor(services, telemetry, azure);
    }

    private static IServiceCollection AddAzureMonitor(IServiceCollection services, OpenTelemetryBuilder telemetry, string connectionString)
    {
        telemetry
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(options => options.ConnectionString = connectionString))
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(options => options.ConnectionString = connectionString))
            .WithLogging(logging => logging.AddAzureMonitorLogExporter(options => options.ConnectionString = connectionString));
        return services;
    }
}
