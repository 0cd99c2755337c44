using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Template;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// Finds the function of a request by the rules of the real host, which are those of ASP.NET Core's older router: a method that a route
/// does not have gives no match, like an unknown path, and an empty segment before a catch-all does not match.
/// </summary>
internal sealed class FunctionRoutes
{
    private readonly RouteCollection _routes = new();

    /// <param name="functions">All functions of the app; only those with an HTTP trigger are used.</param>
    /// <param name="prefix">The prefix of every route; may be empty.</param>
    /// <exception cref="HostFailure">A route is malformed.</exception>
    public FunctionRoutes(IEnumerable<FunctionDefinition> functions, string prefix)
    {
        IInlineConstraintResolver constraints = new ServiceCollection().AddLogging().AddRouting().BuildServiceProvider()
            .GetRequiredService<IInlineConstraintResolver>();
        foreach (Route route in functions
            .Where(function => function.Trigger is HttpTrigger)
            .Select(function => Create(function, (HttpTrigger)function.Trigger!, prefix, constraints))
            .OrderBy(route => RoutePrecedence.ComputeInbound(route.ParsedTemplate)))
        {
            _routes.Add(route);
        }
    }

    /// <summary>The function of a request and the values of its route parameters; null if no route matches.</summary>
    public async Task<RouteMatch?> MatchAsync(HttpContext context)
    {
        var route = new RouteContext(context);
        await _routes.RouteAsync(route);
        return route.Handler?.Target is Target { Function: { } function } ? new RouteMatch(function, route.RouteData.Values) : null;
    }

    private static Route Create(FunctionDefinition function, HttpTrigger trigger, string prefix, IInlineConstraintResolver constraints)
    {
        var conditions = new Dictionary<string, object>();
        if (trigger.Methods.Count > 0)
        {
            conditions["httpMethod"] = new HttpMethodRouteConstraint([.. trigger.Methods]);
        }

        string template = $"{prefix.Trim('/')}/{trigger.Route ?? function.Name}".Trim('/');
        try
        {
            return new Route(new Target(function), function.Name, template, defaults: null, conditions, dataTokens: null, constraints);
        }
        catch (RouteCreationException exception)
        {
            string reason = (exception.InnerException ?? exception).Message;
            throw new HostFailure($"The route '{template}' of the function '{function.Name}' cannot be understood: {reason}", exception);
        }
    }

    /// <summary>The target of a route. It handles nothing: it only carries the function.</summary>
    private sealed class Target(FunctionDefinition function) : IRouter
    {
        public FunctionDefinition Function => function;

        public Task RouteAsync(RouteContext context)
        {
            context.Handler = HandleAsync;
            return Task.CompletedTask;
        }

        public VirtualPathData? GetVirtualPath(VirtualPathContext context) => null;

        private Task HandleAsync(HttpContext context) => throw new NotSupportedException("A function runs on the worker.");
    }
}

/// <param name="Function">The function of the request.</param>
/// <param name="Values">The values of its route parameters.</param>
internal sealed record RouteMatch(FunctionDefinition Function, RouteValueDictionary Values);
