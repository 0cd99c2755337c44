using System.Runtime.InteropServices;

namespace Pipeline.Cli.Terminal;

/// <summary>
/// Turns SIGINT (Ctrl-C), SIGTERM and SIGHUP into a cancellation, so that the command stops what it started before it exits.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalBase = 128;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Interruption()
    {
        Register(PosixSignal.SIGINT, 2);
        Register(PosixSignal.SIGTERM, 15);
        Register(PosixSignal.SIGHUP, 1);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>128 plus the signal's number, as shells report it: 130 for Ctrl-C.</summary>
    public int ExitCode { get; private set; } = SignalBase + 2;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Register(PosixSignal signal, int number) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (!_source.IsCancellationRequested)
            {
                ExitCode = SignalBase + number;
                _source.Cancel();
            }
        }));
}
