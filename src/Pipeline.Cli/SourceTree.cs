using Pipeline.Cli.Terminal;
using Pipeline.Models;

namespace Pipeline.Cli;

/// <summary>The paths in the checkout that the command was built from.</summary>
/// <param name="Root">The folder with Pipeline.sln.</param>
internal sealed record SourceTree(string Root)
{
    public string Models => Path.Combine(Root, "models");

    /// <summary>The models that come with the product, and those that were added to the models folder.</summary>
    /// <exception cref="InvalidDataException">A manifest there is damaged; the message says which.</exception>
    public ModelCatalogue Catalogue => ModelCatalogue.Default().WithAddedIn(Models);

    public string Samples => Path.Combine(Root, "samples");

    public string Azurite => Path.Combine(Root, "tools", "azurite");

    /// <summary>Data, logs and reports of runs. Git ignores it.</summary>
    public string State => Path.Combine(Root, ".pipeline");

    /// <summary>Downloads; each is deleted when it has been used.</summary>
    public string Downloads => Path.Combine(State, "downloads");

    public string Logs => Path.Combine(State, "logs");

    public string Solution => Path.Combine(Root, "Pipeline.sln");

    public string FunctionsProject => Path.Combine(Root, "src", "Pipeline.Functions");

    /// <summary>The output folder of the function app, for a Functions host.</summary>
    public string FunctionsOutput => Path.Combine(FunctionsProject, "bin", "Release", "net10.0");

    public string LocalHostProgram =>
        Path.Combine(Root, "src", "Pipeline.LocalHost", "bin", "Release", "net10.0", "Pipeline.LocalHost.dll");

    /// <summary>The function app and the local host, for one build of both.</summary>
    public string Local => Path.Combine(Root, "src", "Local.slnf");

    /// <exception cref="CommandFailure">The command does not run from within a checkout.</exception>
    public static SourceTree Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return new SourceTree(folder.FullName);
            }
        }

        throw new CommandFailure(
            $"There is no Pipeline.sln above '{AppContext.BaseDirectory}'. The command works on its own source tree: " +
            "run ./pipeline there.");
    }

    /// <summary>A path for messages: relative if it is below the working directory, control characters escaped.</summary>
    public static string Display(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return ShownText.OfLine(relative.StartsWith("..", StringComparison.Ordinal) ? path : relative);
    }
}
