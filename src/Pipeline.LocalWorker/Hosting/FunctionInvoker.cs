using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>Runs a function once, on an instance of its class made for that run from a scope of its own.</summary>
internal sealed class FunctionInvoker(IServiceScopeFactory scopes)
{
    /// <param name="function">The function.</param>
    /// <param name="argument">Gives the value of a parameter.</param>
    /// <returns>What the function returned; null where it returns nothing.</returns>
    public async Task<object?> InvokeAsync(Function function, Func<ParameterInfo, object?> argument)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        object? instance = function.Method.IsStatic
            ? null
            : ActivatorUtilities.CreateInstance(scope.ServiceProvider, function.Method.DeclaringType!);
        try
        {
            object?[] arguments = [.. function.Method.GetParameters().Select(argument)];
            object? result = function.Method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
            if (result is not Task task)
            {
                return result;
            }

            await task;

            // Asked of the declared type: a running Task may be of a generic type that nobody should see.
            return function.Method.ReturnType.GetProperty(nameof(Task<>.Result))?.GetValue(task);
        }
        finally
        {
            switch (instance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
