namespace Pipeline.Tests;

/// <summary>Files of the source tree that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            "These tests run from within the source tree; no Pipeline.sln was found above the test assembly.");
    }
}
