using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Cli.Images;

/// <summary>The result of a command as JSON.</summary>
internal static class JsonReport
{
    // Names of files stay readable: the JSON is written to a terminal or a file, never into HTML.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write<T>(T report) => JsonSerializer.Serialize(report, Options);

    public static byte[] WriteUtf8<T>(T report) => JsonSerializer.SerializeToUtf8Bytes(report, Options);
}
