using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Reporting;

/// <summary>The report's style sheet, and the content security policy that allows only that.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet, exactly as between the tags.</summary>
    public static string Css { get; } = Read();

    /// <summary>The style sheet as a source in a content security policy, by its hash.</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";

    /// <summary>No script, no external resource, images only as data URIs, and no other style sheet.</summary>
    public static string Policy { get; } = $"default-src 'none'; img-src data:; style-src {Source}";

    private static string Read()
    {
        using var reader = new StreamReader(typeof(ReportStyle).Assembly.GetManifestResourceStream("report.css")!, Encoding.UTF8);

        // A browser hashes line feeds, whatever line endings the checkout has.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
