using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Cli.Images;

/// <summary>What a command found, for programs.</summary>
internal static class JsonReport
{
    // Names of files stay readable: this goes to a terminal or a file, never into a page.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write<T>(T report) => JsonSerializer.Serialize(report, Options);

    public static byte[] WriteUtf8<T>(T report) => JsonSerializer.SerializeToUtf8Bytes(report, Options);
}
