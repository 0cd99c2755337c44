using System.CommandLine;
using System.Globalization;

namespace Pipeline.Cli.Commands;

/// <summary>An option that takes a whole number from a range; the error message says the range.</summary>
internal static class NumberOption
{
    public static Option<int?> Create(string name, int from, int to, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number >= from && number <= to)
            {
                return number;
            }

            result.AddError($"{name} takes a number from {from} to {to}, not '{text}'.");
            return null;
        },
    };
}
