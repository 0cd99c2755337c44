using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Pipeline.Functions.Endpoints;

namespace Pipeline.Tests.Functions;

/// <summary>A function of the app as its attributes declare it.</summary>
internal sealed record DeclaredFunction(string Name, MethodInfo Method, ParameterInfo TriggerParameter, TriggerBindingAttribute Trigger)
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<DeclaredFunction> All { get; } =
    [
        .. from method in typeof(FindSimilar).Assembly.GetTypes().SelectMany(type => type.GetMethods())
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           let trigger = method.GetParameters().Single(parameter => parameter.IsDefined(typeof(TriggerBindingAttribute)))
           orderby function.Name
           select new DeclaredFunction(function.Name, method, trigger, trigger.GetCustomAttribute<TriggerBindingAttribute>()!),
    ];
}
