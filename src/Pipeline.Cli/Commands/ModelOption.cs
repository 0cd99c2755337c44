using System.CommandLine;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary>The option <c>--model</c>: one model of the catalogue.</summary>
internal static class ModelOption
{
    public static Option<string> Create(string description)
    {
        var option = new Option<string>("--model") { Description = description, HelpName = "KEY" };
        option.AcceptOnlyFromAmong([.. ModelCatalogue.Default().Models.Select(model => model.Key)]);
        return option;
    }

    /// <param name="key">The option's value; null for all models.</param>
    public static IReadOnlyList<ModelDefinition> Chosen(string? key) =>
        [.. ModelCatalogue.Default().Models.Where(model => key is null || model.Key == key)];
}
