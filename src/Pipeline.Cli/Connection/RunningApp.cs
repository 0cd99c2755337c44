using Pipeline.Cli.Hosting;

namespace Pipeline.Cli.Connection;

/// <summary>Where the app of <c>pipeline up</c> runs: the other commands read it from a file that is there while it runs.</summary>
internal sealed class RunningApp(SourceTree tree)
{
    private readonly string _file = Path.Combine(tree.State, "up.address");

    /// <summary>Its address; that of its default port if it was never started, or has ended.</summary>
    public Uri Address
    {
        get
        {
            try
            {
                return Uri.TryCreate(File.ReadAllText(_file), UriKind.Absolute, out Uri? address) && address.IsLoopback
                    ? address
                    : FunctionAppProcess.AddressOf(FunctionAppProcess.DefaultPort);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return FunctionAppProcess.AddressOf(FunctionAppProcess.DefaultPort);
            }
        }
    }

    /// <summary>Writes the address down until the result is disposed of.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public IDisposable Announce(Uri address)
    {
        File.WriteAllText(_file, address.AbsoluteUri);
        return new Announcement(_file, address.AbsoluteUri);
    }

    private sealed class Announcement(string file, string address) : IDisposable
    {
        // Another ./pipeline up, on another port, may have written its own since.
        public void Dispose()
        {
            if (File.Exists(file) && File.ReadAllText(file) == address)
            {
                File.Delete(file);
            }
        }
    }
}
