using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

/// <summary>
/// Answers what no other function takes, for which the host would send an error without a body. It needs a key as the others do, so a
/// stranger's requests end at the host and start no function.
/// </summary>
public sealed class UnknownAddress
{
    private static readonly Endpoint[] Endpoints =
    [
        .. typeof(UnknownAddress).Assembly.GetTypes()
            .Where(type => type != typeof(UnknownAddress))
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .Select(trigger => new Endpoint(new TemplateMatcher(TemplateParser.Parse(trigger.Route!), []), trigger.Methods!)),
    ];

    /// <summary>Says that the address is unknown, or which methods it takes.</summary>
    [Function(nameof(UnknownAddress))]
    public static IResult Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", "post", "put", "patch", "delete", Route = "{*path}")] HttpRequest request)
    {
        string path = $"/{request.RouteValues["path"]}";
        string[] allowed =
        [
            .. Endpoints.Where(endpoint => endpoint.Matcher.TryMatch(path, []))
                .SelectMany(endpoint => endpoint.Methods).Select(method => method.ToUpperInvariant()).Distinct(),
        ];
        if (allowed.Length == 0)
        {
            throw Problems.UnknownAddress(request.Path);
        }

        request.HttpContext.Response.Headers.Allow = string.Join(", ", allowed);
        throw Problems.MethodNotAllowed(request.Method, request.Path, allowed);
    }

    private sealed record Endpoint(TemplateMatcher Matcher, string[] Methods);
}
