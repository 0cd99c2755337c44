using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>
/// Checks that every model is installed, so that the app does not start without one. A worker without models would fail each blob until it
/// is poison; if the worker does not start, the blobs wait.
/// </summary>
internal sealed class ModelOptionsValidator(ModelCatalogue catalogue) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        List<string> errors = [.. ErrorsOf(options, catalogue)];
        if (errors.Count > 0)
        {
            return ValidateOptionsResult.Fail(errors);
        }

        foreach (ModelDefinition model in catalogue.Models)
        {
            string folder = options.FolderOf(model.Key);
            try
            {
                if (InstalledModel.Find(model, folder) is null)
                {
                    errors.Add(InstalledModel.MissingMessage(model, folder));
                }
            }
            catch (InvalidDataException notWhole)
            {
                errors.Add(notWhole.Message);
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the settings themselves, independent of the folder's content.</summary>
    internal static IEnumerable<string> ErrorsOf(ModelOptions options, ModelCatalogue catalogue)
    {
        string keys = string.Join(", ", catalogue.Models.Select(model => model.Key));
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

            foreach (ModelDefinition model in catalogue.Models.Where(model => !options.Versions.ContainsKey(model.Key)))
            {
                yield return $"Models__ContainerUri is set, and Models__Versions__{model.Key} is missing: set it to the fingerprint " +
                    "of the version to run.";
            }
        }
        else if (options.Versions.Count > 0)
        {
            yield return "Models__Versions is set, and Models__ContainerUri is missing: set it to the container that has these versions.";
        }

        foreach ((string key, string version) in options.Versions)
        {
            // Keys ignore case, as in the dictionary and in configuration.
            if (!catalogue.Models.Any(model => string.Equals(model.Key, key, StringComparison.OrdinalIgnoreCase)))
            {
                yield return $"Models__Versions__{key} names no model; there are: {keys}.";
            }

            if (version.Length != Fingerprint.Length || !version.All(char.IsAsciiHexDigitLower))
            {
                yield return $"Models__Versions__{key} is '{version}', but must be a fingerprint: {Fingerprint.Length} lower-case " +
                    "hexadecimal digits.";
            }
        }
    }
}
