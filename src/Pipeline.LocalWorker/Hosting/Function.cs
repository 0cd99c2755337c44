using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>A function of the app: a method with a name and one trigger.</summary>
/// <param name="Name">Its name, unique in the app.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">What starts it.</param>
internal sealed record Function(string Name, MethodInfo Method, TriggerBindingAttribute Trigger)
{
    /// <summary>The name in receipts and poison messages.</summary>
    public string Id => $"Host.Functions.{Name}";

    /// <summary>The parameter that the trigger stands at.</summary>
    public ParameterInfo TriggerParameter =>
        Method.GetParameters().First(parameter => parameter.IsDefined(typeof(TriggerBindingAttribute), inherit: true));

    /// <exception cref="InvalidOperationException">Two functions share a name, or one has not exactly one trigger.</exception>
    public static IReadOnlyList<Function> Discover(Assembly assembly)
    {
        Function[] functions =
        [
            .. from type in assembly.GetTypes()
               from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
               let attribute = method.GetCustomAttribute<FunctionAttribute>()
               where attribute is not null
               orderby attribute.Name
               select new Function(attribute.Name, method, TriggerOf(attribute.Name, method)),
        ];
        return functions.CountBy(function => function.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new InvalidOperationException($"Two functions are named '{twice}'; a name must be unique in the app.")
            : functions;
    }

    private static TriggerBindingAttribute TriggerOf(string name, MethodInfo method)
    {
        TriggerBindingAttribute[] triggers =
            [.. method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>())];
        return triggers is [var trigger]
            ? trigger
            : throw new InvalidOperationException($"The function '{name}' has {triggers.Length} triggers; it must have exactly one.");
    }
}
