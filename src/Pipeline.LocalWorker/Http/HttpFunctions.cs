using System.ComponentModel;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Http;

/// <summary>HTTP functions as routes. A function returns <see cref="IResult"/> or nothing (204).</summary>
internal static partial class HttpFunctions
{
    private static readonly string[] AllMethods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

    public static void Map(WebApplication app, IReadOnlyList<Function> functions, HostJson host)
    {
        app.UseMiddleware<RequestThrottle>();
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions");
        foreach (Function function in functions)
        {
            if (function.Trigger is HttpTriggerAttribute trigger)
            {
                string route = $"{host.RoutePrefix}/{trigger.Route ?? function.Name}".Trim('/');
                string[] methods = [.. (trigger.Methods ?? AllMethods).Select(name => name.ToUpperInvariant())];
                string listed = string.Join(',', methods);
                app.MapMethods($"/{route}", methods, context => HandleAsync(context, function, logger));
                LogRoute(logger, function.Name, listed, route);
            }
        }
    }

    private static async Task HandleAsync(HttpContext context, Function function, ILogger logger)
    {
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopped);
        try
        {
            object? result = await context.RequestServices.GetRequiredService<FunctionInvoker>()
                .InvokeAsync(function, parameter => Argument(parameter, context, stop.Token));
            switch (result)
            {
                case IResult answer:
                    await answer.ExecuteAsync(context);
                    break;
                case null:
                    context.Response.StatusCode = StatusCodes.Status204NoContent;
                    break;
                default:
                    throw new NotSupportedException($"The stand-in worker sends IResult, not {result.GetType().Name}.");
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // As the host does: the caller learns nothing of the inside.
            LogFailed(logger, exception, function.Name);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static object? Argument(ParameterInfo parameter, HttpContext context, CancellationToken cancellationToken)
    {
        if (parameter.ParameterType == typeof(HttpRequest))
        {
            return context.Request;
        }

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return cancellationToken;
        }

        object? value = context.GetRouteValue(parameter.Name!);
        return value is string text && parameter.ParameterType != typeof(string)
            ? TypeDescriptor.GetConverter(parameter.ParameterType).ConvertFromInvariantString(text)
            : value;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: [{Methods}] /{Route}")]
    private static partial void LogRoute(ILogger logger, string function, string methods, string route);

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function);
}
