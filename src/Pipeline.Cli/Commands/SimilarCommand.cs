using System.CommandLine;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline similar</c>: the stored images nearest to a file or to a stored one.</summary>
internal static class SimilarCommand
{
    private const int DefaultTop = 10;
    private const int MaxTop = 100;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var image = new Argument<string>("FILE|NAME")
        {
            Description = "An image file; or, where there is no such file, the name of a stored image.",
        };
        Option<int?> top = NumberOption.Create(
            "--top", 1, MaxTop, $"The number of results per list, 1 to {MaxTop}. Default: {DefaultTop}.");
        Option<string> model = FilterOptions.Model("Search by this model alone. Default: all.");
        Option<float?> minCosine = CosineOption.Create(-1, "Only images with at least this cosine, -1 to 1. Default: all.");
        Option<string> prefix = FilterOptions.Prefix();
        Option<string[]> tags = FilterOptions.Tags();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("similar", "Shows the stored images most similar to an image, by each model and together.")
        {
            image, top, model, minCosine, prefix, tags, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            string query = parsed.GetRequiredValue(image);
            var options = new SimilarOptions
            {
                Top = parsed.GetValue(top) ?? DefaultTop,
                Model = parsed.GetValue(model),
                MinCosine = parsed.GetValue(minCosine),
                Prefix = parsed.GetValue(prefix),
                Tags = parsed.GetValue(tags) ?? [],
            };
            SimilarResponse response = await FindAsync(client, query, options, stop);
            if (parsed.GetValue(json))
            {
                console.Line(JsonReport.Write(response));
            }
            else
            {
                console.Write(SimilarTable.Create(response, query, key => key));
            }

            return 0;
        }));
        return command;
    }

    private static async Task<SimilarResponse> FindAsync(
        PipelineClient client, string query, SimilarOptions options, CancellationToken cancellationToken)
    {
        if (Directory.Exists(query))
        {
            throw new CommandFailure($"'{ShownText.OfLine(query)}' is a folder. Name an image file, or a stored image.");
        }

        if (!File.Exists(query))
        {
            return await FindStoredAsync(client, query, options, cancellationToken);
        }

        await using FileStream image = File.OpenRead(query);
        return await client.FindSimilarAsync(image, options, cancellationToken);
    }

    private static async Task<SimilarResponse> FindStoredAsync(
        PipelineClient client, string name, SimilarOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindSimilarAsync(name, options, cancellationToken);
        }
        catch (PipelineProblemException problem) when (problem.Type == ProblemTypes.UnknownImage)
        {
            throw new CommandFailure(
                $"'{ShownText.OfLine(name)}' is no file here, and no stored image has this name. ./pipeline images lists those that are stored.");
        }
        catch (ArgumentException refused)
        {
            throw new CommandFailure(refused.Message);
        }
    }
}
