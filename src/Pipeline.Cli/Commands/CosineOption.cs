using System.CommandLine;
using System.Globalization;

namespace Pipeline.Cli.Commands;

/// <summary>The option <c>--min-cosine</c>.</summary>
internal static class CosineOption
{
    /// <param name="from">The smallest cosine allowed; the largest is 1.</param>
    /// <param name="description">What the option does.</param>
    public static Option<float?> Create(float from, string description) => new("--min-cosine")
    {
        Description = description,
        HelpName = "COSINE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float cosine) && cosine >= from && cosine <= 1)
            {
                return cosine;
            }

            result.AddError(string.Create(
                CultureInfo.InvariantCulture, $"--min-cosine takes a number from {from} to 1, such as 0.86, not '{text}'."));
            return null;
        },
    };
}
