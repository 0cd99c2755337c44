using System.CommandLine;
using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Connection;

/// <summary>The options <c>--url</c> and <c>--key</c> of a command that calls a running function app.</summary>
internal sealed class AppOptions
{
    private const string UrlVariable = "PIPELINE_URL";
    private const string KeyVariable = "PIPELINE_KEY";

    private readonly Option<string> _url = new("--url")
    {
        Description = "The address of the function app, such as https://APP.azurewebsites.net. " +
            $"Default: the environment variable {UrlVariable}, or the app of ./pipeline up.",
        HelpName = "URL",
    };

    private readonly Option<string> _key = new("--key")
    {
        Description = "A function key of that app. All users of a machine can read a command line: " +
            $"rather set the environment variable {KeyVariable}.",
        HelpName = "KEY",
    };

    private readonly RunningApp _running;

    private AppOptions(SourceTree tree) => _running = new RunningApp(tree);

    /// <summary>Adds the options to a command.</summary>
    public static AppOptions AddTo(Command command, SourceTree tree)
    {
        var options = new AppOptions(tree);
        options._url.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && !IsAddress(value))
            {
                result.AddError($"--url takes the address of a function app, such as https://APP.azurewebsites.net, not '{value}'.");
            }
        });
        command.Add(options._url);
        command.Add(options._key);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options._key) is not null && result.GetResult(options._url) is null && VariableOf(UrlVariable) is null)
            {
                result.AddError($"--key is for the app that --url or {UrlVariable} names. The app of ./pipeline up needs none.");
            }
        });
        return options;
    }

    /// <summary>Runs work with a client of the app; turns errors into messages.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="work">The work; it returns the exit code.</param>
    /// <exception cref="CommandFailure">The app cannot be reached, or responds with an error.</exception>
    public async Task<int> RunAsync(ParseResult parsed, Func<PipelineClient, Task<int>> work)
    {
        string? named = parsed.GetValue(_url) ?? VariableOf(UrlVariable);
        Uri address = named is null
            ? _running.Address
            : IsAddress(named) ? new Uri(named)
            : throw new CommandFailure(
                $"The environment variable {UrlVariable} takes the address of a function app, such as https://APP.azurewebsites.net, " +
                $"not '{ShownText.OfLine(named)}'.");

        // A key is of a named app: it is not sent to another that happens to run on this machine.
        string? key = named is null ? null : parsed.GetValue(_key) ?? VariableOf(KeyVariable);
        if (key is not null && address is { Scheme: "http", IsLoopback: false })
        {
            throw new CommandFailure(
                $"A key is not sent over http, where others can read it: write https://{address.Authority} as the address.");
        }

        using PipelineClient client = Connect(address, key);
        try
        {
            return await work(client);
        }
        catch (PipelineProblemException problem)
        {
            throw new CommandFailure(ShownText.OfLine(problem.Detail));
        }
        catch (HttpRequestException exception)
        {
            throw new CommandFailure(
                $"No function app responds at {address.GetLeftPart(UriPartial.Path)} ({exception.Message.TrimEnd('.')}). " +
                (named is null
                    ? "Start one with ./pipeline up, or name one with --url."
                    : "Check the address and whether the app runs."));
        }
        catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            throw new CommandFailure(
                $"The function app at {address.GetLeftPart(UriPartial.Path)} does not respond in time. Try again later, or look at its log.");
        }
    }

    private static PipelineClient Connect(Uri address, string? key)
    {
        try
        {
            return new PipelineClient(address, key);
        }
        catch (ArgumentException refused)
        {
            throw new CommandFailure(refused.Message);
        }
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && address is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" };

    private static string? VariableOf(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
