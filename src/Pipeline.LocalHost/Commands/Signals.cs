using System.Runtime.InteropServices;

namespace Pipeline.LocalHost.Commands;

/// <summary>Ctrl-C and its kin, turned into a cancellation: what runs is finished and the worker ended before the host goes.</summary>
internal sealed class Signals : IDisposable
{
    private const int SignalBase = 128;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals() =>
        _registrations = [Register(PosixSignal.SIGINT, 2), Register(PosixSignal.SIGTERM, 15), Register(PosixSignal.SIGHUP, 1)];

    public CancellationToken Token => _source.Token;

    /// <summary>128 and the signal's number, as shells have it: 130 for Ctrl-C.</summary>
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
