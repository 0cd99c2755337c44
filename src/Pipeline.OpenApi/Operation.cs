using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.OpenApi;

namespace Pipeline.OpenApi;

/// <summary>An operation of the API, as its method declares it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Id">Its id.</param>
/// <param name="Group">What it is about.</param>
/// <param name="Verbs">The HTTP methods, in lower case.</param>
/// <param name="Path">The path below <c>/api</c>, such as <c>/images/{name}</c>.</param>
/// <param name="NeedsKey">Whether Azure asks for a function key.</param>
internal sealed record Operation(
    MethodInfo Method, string Id, string Group, IReadOnlyList<string> Verbs, string Path, bool NeedsKey)
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>All operations, by their paths.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        .. typeof(Health).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(Declared | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Declared: method.GetCustomAttribute<OperationAttribute>()))
            .Where(found => found.Declared is not null)
            .Select(found => Of(found.Method, found.Declared!))
            .OrderBy(operation => operation.Path, StringComparer.Ordinal).ThenBy(operation => operation.Verbs[0], StringComparer.Ordinal),
    ];

    /// <summary>The attributes of a kind that its method has.</summary>
    public IEnumerable<T> Get<T>()
        where T : Attribute => Method.GetCustomAttributes<T>();

    /// <summary>The parameters in the query: those of its method, then those of the record that it parses.</summary>
    public IEnumerable<QueryAttribute> Queries() => Get<QueryAttribute>().Concat(
        Get<ParsesAttribute>().SelectMany(parses => parses.Query.GetCustomAttributes<QueryAttribute>()));

    private static Operation Of(MethodInfo method, OperationAttribute declared)
    {
        if (declared.Route?.Split(' ') is [{ } verb, { } route])
        {
            return new Operation(method, declared.Id!, declared.Group, [verb.ToLowerInvariant()], $"/{route}", NeedsKey: true);
        }

        HttpTriggerAttribute trigger = method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()
            ?? throw new InvalidOperationException($"{method.DeclaringType}.{method.Name} has neither a trigger nor a route.");
        return new Operation(
            method,
            declared.Id ?? method.GetCustomAttribute<FunctionAttribute>()!.Name,
            declared.Group,
            trigger.Methods!,
            $"/{trigger.Route!.Replace("{*", "{", StringComparison.Ordinal)}",
            trigger.AuthLevel != AuthorizationLevel.Anonymous);
    }
}
