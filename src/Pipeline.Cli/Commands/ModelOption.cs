using System.CommandLine;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary>The option <c>--model</c>: one model by its key.</summary>
internal static class ModelOption
{
    /// <param name="description">What the option does.</param>
    /// <param name="models">The models to choose from; read when the option is used, because they may be in a folder.</param>
    public static Option<string> Create(string description, Func<IReadOnlyList<ModelDefinition>> models)
    {
        var option = new Option<string>("--model") { Description = description, HelpName = "KEY" };
        option.Validators.Add(result =>
        {
            string? key = result.GetValueOrDefault<string>();
            try
            {
                if (models().All(model => model.Key != key))
                {
                    result.AddError($"--model is {string.Join(", ", models().Select(model => model.Key))}, not '{key}'.");
                }
            }
            catch (InvalidDataException damaged)
            {
                result.AddError(damaged.Message);
            }
        });
        return option;
    }

    /// <param name="key">The option's value; null for all models.</param>
    /// <param name="models">The models to choose from.</param>
    public static IReadOnlyList<ModelDefinition> Chosen(string? key, IReadOnlyList<ModelDefinition> models) =>
        [.. models.Where(model => key is null || model.Key == key)];
}
