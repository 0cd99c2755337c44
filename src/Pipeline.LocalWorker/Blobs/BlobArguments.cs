using System.Reflection;
using Azure.Storage.Blobs;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Blobs;

/// <summary>The values of a blob function's parameters for one blob.</summary>
internal static class BlobArguments
{
    public static object? Value(
        ParameterInfo parameter, Function function, BlobClient blob, IReadOnlyDictionary<string, string> tokens, CancellationToken cancellationToken)
    {
        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return cancellationToken;
        }

        if (parameter == function.TriggerParameter && parameter.ParameterType == typeof(BlobClient))
        {
            return blob;
        }

        return parameter.ParameterType == typeof(string) && tokens.TryGetValue(parameter.Name!, out string? token)
            ? token
            : throw new InvalidOperationException(
                $"The parameter '{parameter.Name}' of the blob function '{function.Name}' can be the trigger's BlobClient, a string named after " +
                "a token of the path, or CancellationToken.");
    }
}
