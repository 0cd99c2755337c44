using Pipeline.IntegrationTests.Hosting;

[assembly: AssemblyFixture(typeof(EmptyDatabase))]

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// The files of a database without content, made for the first server that needs them and copied for each: PostgreSQL takes 3.7 s of
/// processor time to make them, and 0.7 s to start with what is there.
/// </summary>
public sealed class EmptyDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-empty-database-").FullName;
    private readonly SemaphoreSlim _making = new(1);
    private bool _isMade;

    /// <summary>Starts a server with a database of its own.</summary>
    internal async Task<PGlite> StartServerAsync()
    {
        await _making.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_isMade)
            {
                await using var server = new PGlite();
                await server.StartAsync();
                await server.StopAsync();
                Copy(server.Data, _folder);
                _isMade = true;
            }
        }
        finally
        {
            _making.Release();
        }

        var started = new PGlite();
        Copy(_folder, started.Data);
        await started.StartAsync();
        return started;
    }

    public void Dispose()
    {
        _making.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
