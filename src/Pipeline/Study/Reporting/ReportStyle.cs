using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Study.Reporting;

/// <summary>The report's style sheet, and the policy under which a browser takes that and nothing else.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet, as it stands between the tags.</summary>
    public static string Css { get; } = Read();

    /// <summary>No script, no address but the images within, no style but ours.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; img-src data:; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";

    private static string Read()
    {
        using var reader = new StreamReader(typeof(ReportStyle).Assembly.GetManifestResourceStream("study-report.css")!, Encoding.UTF8);

        // A browser hashes line feeds, whatever the checkout made of them.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
