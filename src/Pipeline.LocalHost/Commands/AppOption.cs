using System.CommandLine;

namespace Pipeline.LocalHost.Commands;

/// <summary>The option <c>--app</c>.</summary>
internal static class AppOption
{
    public static Option<DirectoryInfo> Create() => new("--app")
    {
        Description = "The function app, built or published: the folder with its host.json and worker.config.json.",
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo(Directory.GetCurrentDirectory()),
    };
}
