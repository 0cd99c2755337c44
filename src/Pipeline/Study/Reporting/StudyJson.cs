using System.Text.Json;

namespace Pipeline.Study.Reporting;

/// <summary>A study as JSON: all its figures, without images.</summary>
internal static class StudyJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes UTF-8 with names in camelCase; the same result gives the same bytes.</summary>
    public static byte[] Write(StudyResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Options);
}
