using System.Globalization;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Links;

/// <summary>
/// Chromium behind a script of Linux that notes who started it and under which session its processes run, so that a test can count them
/// while other tests have browsers of their own.
/// </summary>
internal sealed class NotedBrowser : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-browser-").FullName;

    public NotedBrowser()
    {
        Chromium.SkipWithout();
        File.WriteAllText(Executable, $"#!/bin/sh\necho $PPID $$ >>'{Notes}'\nexec '{Chromium.Find()}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Executable, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public string Executable => Path.Combine(_folder, "browser");

    private string Notes => Path.Combine(_folder, "notes");

    /// <summary>Its processes that run, its driver's among them, and those that their parents left.</summary>
    /// <exception cref="FileNotFoundException">It was never started.</exception>
    public IEnumerable<int> Processes()
    {
        // The driver starts it in a session of its own, which is called after it and which its children stay in.
        int[] noted = [.. File.ReadAllText(Notes).Split(null as char[], StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        return from folder in Directory.EnumerateDirectories("/proc")
               where int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int _)
               let id = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)
               where SessionOf(folder) is { } session && (noted.Contains(id) || noted.Contains(session))
               select id;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Null where it has ended, which it has too when only its parent has not asked how.</summary>
    private static int? SessionOf(string folder)
    {
        try
        {
            // The third field is the state, the sixth the session; the second, in brackets, may hold spaces.
            string status = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // Between the listing and this.
            return null;
        }
    }
}
