using System.Net;
using System.Net.Sockets;

namespace Pipeline.Cli.Hosting;

/// <summary>Ports of 127.0.0.1.</summary>
internal static class FreePort
{
    /// <summary>Ports that nothing listens on, all different.</summary>
    public static int[] Find(int count)
    {
        // All are held until all are known; otherwise the system might return one of them twice.
        var listeners = new TcpListener[count];
        try
        {
            for (int i = 0; i < count; i++)
            {
                listeners[i] = new TcpListener(IPAddress.Loopback, 0);
                listeners[i].Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener? listener in listeners)
            {
                listener?.Dispose();
            }
        }
    }

    /// <summary>Checks that the port that the user chose is free.</summary>
    /// <param name="port">From 1 to 65535.</param>
    /// <exception cref="CommandFailure">It is not; the message names it and the option.</exception>
    public static void Require(int port)
    {
        if (ErrorOf(port) is { } error)
        {
            throw new CommandFailure(
                error == SocketError.AddressAlreadyInUse
                    ? $"Port {port} is in use by another program, perhaps an earlier ./pipeline. Stop that, " +
                        "or choose another port with --port."
                    : $"Port {port} cannot be used here ({error}). Choose another port with --port.");
        }
    }

    /// <summary>The ports from <paramref name="first"/> on if all are free, otherwise any others.</summary>
    public static int[] Prefer(int first, int count)
    {
        int[] preferred = [.. Enumerable.Range(first, count)];
        return Array.TrueForAll(preferred, port => ErrorOf(port) is null) ? preferred : Find(count);
    }

    private static SocketError? ErrorOf(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }
}
