namespace Pipeline.Cli.Hosting;

/// <summary>How to reach a storage emulator on this machine.</summary>
internal static class EmulatorConnection
{
    // The emulator's account: the same on every machine, published with the emulator, not a secret.
    // https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>A connection string for every Azure Storage client.</summary>
    public static string String(int blobPort, int queuePort, int tablePort) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint(blobPort)};" +
        $"QueueEndpoint={Endpoint(queuePort)};TableEndpoint={Endpoint(tablePort)};";

    private static string Endpoint(int port) => $"http://127.0.0.1:{port}/{Account}";
}
