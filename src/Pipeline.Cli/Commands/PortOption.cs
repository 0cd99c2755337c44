using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>The option <c>--port</c>.</summary>
internal static class PortOption
{
    /// <param name="usual">The port without the option; null for any free one.</param>
    public static Option<int?> Create(int? usual)
    {
        var option = new Option<int?>("--port")
        {
            Description = $"The function app's port on 127.0.0.1, 1 to 65535. Default: {(usual is null ? "any free one" : usual)}.",
            HelpName = "N",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= 65535)
                {
                    return port;
                }

                result.AddError($"--port takes a number from 1 to 65535, not '{text}'.");
                return null;
            },
        };
        return option;
    }
}
