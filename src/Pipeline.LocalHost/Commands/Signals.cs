using System.Runtime.InteropServices;

namespace Pipeline.LocalHost.Commands;

/// <summary>
/// Turns SIGINT (Ctrl-C), SIGTERM and SIGHUP into a cancellation, so that the host finishes what runs and stops the worker before it exits.
/// </summary>
internal sealed class Signals : IDisposable
{
    private const int SignalBase = 128;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals() =>
        _registrations = [Register(PosixSignal.SIGINT, 2), Register(PosixSignal.SIGTERM, 15), Register(PosixSignal.SIGHUP, 1)];

    public CancellationToken Token => _source.Token;

    /// <summary>128 plus the signal's number, as shells report it: 130 for Ctrl-C.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (!_source.IsCancellationRequested)
        {
            ExitCode = SignalBase + number;
            _source.Cancel();
        }
    });
}
