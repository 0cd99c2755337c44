using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>
/// Checks that the models are installed, so that the app does not start without one. A worker without models would fail each blob until it
/// is poison; if the worker does not start, the blobs wait.
/// </summary>
internal sealed class ModelOptionsValidator(ModelCatalogue catalogue) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        string[] errors = [.. ErrorsOf(options)];
        if (errors.Length > 0)
        {
            return ValidateOptionsResult.Fail(errors);
        }

        try
        {
            EnabledModels.Find(options, catalogue);
            return ValidateOptionsResult.Success;
        }
        catch (InvalidDataException notWhole)
        {
            return ValidateOptionsResult.Fail(notWhole.Message);
        }
    }

    /// <summary>What is wrong with the settings themselves, independent of the folder's content.</summary>
    internal static IEnumerable<string> ErrorsOf(ModelOptions options)
    {
        if (options.ContainerUri is { } address)
        {
            if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
                || address.AbsolutePath.Trim('/').Length == 0 || address.Query.Length > 0)
            {
                // The address is not shown: its query may be a signature that gives access to the container.
                yield return "Models__ContainerUri must be the address of a blob container, " +
                    "such as https://ACCOUNT.blob.core.windows.net/models, " +
                    "without a query: access goes by the identity of ImagesStorage.";
            }

            if (options.Versions.Count == 0)
            {
                yield return "Models__ContainerUri is set, and there is no Models__Versions__KEY, such as Models__Versions__resnet18: " +
                    "set it for each model to the fingerprint of the version to run.";
            }

            foreach (string key in (options.EnabledKeys ?? []).Where(key => !options.Versions.ContainsKey(key)))
            {
                yield return $"Models__Enabled names '{key}', and Models__Versions__{key} is missing: set it to the fingerprint of the " +
                    "version to run.";
            }
        }
        else if (options.Versions.Count + options.Previous.Count > 0)
        {
            yield return $"Models__{(options.Versions.Count > 0 ? "Versions" : "Previous")} is set, and Models__ContainerUri is missing: " +
                "set it to the container that has these versions.";
        }

        foreach (string error in ErrorsOf("Versions", options.Versions).Concat(ErrorsOf("Previous", options.Previous)))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> ErrorsOf(string setting, IDictionary<string, string> versions)
    {
        foreach ((string key, string version) in versions)
        {
            // Keys ignore case, as in the dictionary and in configuration.
            if (!ModelCatalogue.IsKey(key.ToLowerInvariant()))
            {
                yield return $"Models__{setting}__{key} is no model's key, such as resnet18: letters and digits.";
            }

            if (version.Length != Fingerprint.Length || !version.All(char.IsAsciiHexDigitLower))
            {
                yield return $"Models__{setting}__{key} is '{version}', but must be a fingerprint: {Fingerprint.Length} lower-case " +
                    "hexadecimal digits.";
            }
        }
    }
}
