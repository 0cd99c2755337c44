using System.Net;
using System.Net.Sockets;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// Ports for servers that are told theirs and keep it over a restart. The system gives ports from 32768 on to whoever asks for any, so one
/// that was free there a moment ago is somebody else's by the time the server listens; below, each is given once.
/// </summary>
internal static class OwnPorts
{
    private const int First = 20_000;
    private const int Last = 32_000;

    // Two runs on one machine begin at different ones.
    private static int _next = First + Random.Shared.Next(Last - First);

    /// <summary>Ports of 127.0.0.1 that nothing listens on, all different, and none that was taken before.</summary>
    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    private static int Next()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref _next) % (Last - First));
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // By another program.
            }
        }
    }
}
