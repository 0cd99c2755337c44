using Azure.Core;
using Azure.Identity;
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

        if (!string.IsNullOrEmpty(azure))
        {
            AddAzureMonitor(telemetry, azure, CredentialFrom(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]));
        }

        return services;
    }

    /// <summary>
    /// The identity that an Application Insights resource without local authentication asks for, as the Functions host reads it:
    /// <c>Authorization=AAD</c>, with <c>ClientId=</c> for a user-assigned one. Null where the connection string alone is enough.
    /// </summary>
    internal static ManagedIdentityCredential? CredentialFrom(string? authentication)
    {
        var parts = (authentication ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!parts.TryGetValue("Authorization", out string? authorization)
            || !authorization.Equals("AAD", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new ManagedIdentityCredential(
            parts.TryGetValue("ClientId", out string? clientId)
                ? ManagedIdentityId.FromUserAssignedClientId(clientId)
                : ManagedIdentityId.SystemAssigned);
    }

    private static void AddAzureMonitor(OpenTelemetryBuilder telemetry, string connectionString, TokenCredential? credential)
    {
        void Configure(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = connectionString;
            options.Credential = credential;
        }

        telemetry
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Configure))
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure))
            .WithLogging(logging => logging.AddAzureMonitorLogExporter(Configure));
    }
}
