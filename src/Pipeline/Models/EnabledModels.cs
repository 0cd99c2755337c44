namespace Pipeline.Models;

/// <summary>Which models an app runs: of the installed ones those that <see cref="ModelOptions.Enabled"/> names, or all.</summary>
internal static class EnabledModels
{
    /// <summary>Looks for the models in their folders, without loading one.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="catalogue">The models that come with the product.</param>
    /// <returns>In the catalogue's order, added ones after it; at least one.</returns>
    /// <exception cref="InvalidDataException">None is installed, one that is named is not, or one is damaged; the message says what to
    /// do.</exception>
    public static IReadOnlyList<InstalledModel> Find(ModelOptions options, ModelCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(catalogue);
        IReadOnlyList<ModelDefinition> known = KnownTo(options, catalogue);
        string[]? enabled = options.EnabledKeys;
        if (enabled?.Except(known.Select(model => model.Key), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new InvalidDataException(
                $"Models__Enabled names '{unknown}', which is no model. Separate keys by commas; there are: " +
                $"{string.Join(", ", known.Select(model => model.Key))}.");
        }

        // A container's models are those whose versions are set: one that is missing then is an error, as one that is named.
        bool mustBeThere = enabled is not null || options.ContainerUri is not null;
        var models = new List<InstalledModel>();
        foreach (ModelDefinition model in known.Where(model => enabled?.Contains(model.Key, StringComparer.Ordinal) ?? true))
        {
            string folder = options.FolderOf(model.Key);
            if (InstalledModel.Find(model, folder) is { } installed)
            {
                models.Add(installed);
            }
            else if (mustBeThere)
            {
                throw new InvalidDataException(InstalledModel.MissingMessage(model, folder));
            }
        }

        return models.Count > 0 ? models : throw new InvalidDataException(
            $"There is no model in '{Path.GetFullPath(options.Folder)}'. Build the ones that need no download with " +
            "./pipeline models build --seeded, get the trained ones with ./pipeline models pull, or set Models__Folder.");
    }

    private static IReadOnlyList<ModelDefinition> KnownTo(ModelOptions options, ModelCatalogue catalogue)
    {
        if (options.ContainerUri is null)
        {
            return catalogue.WithAddedIn(Path.GetFullPath(options.Folder)).Models;
        }

        ModelCatalogue all = options.VersionKeys.Aggregate(catalogue, (known, key) => known.WithAddedIn(options.FolderOf(key)));
        return [.. all.Models.Where(model => options.Versions.ContainsKey(model.Key))];
    }
}
