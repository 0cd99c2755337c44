using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Functions.Http;

/// <summary>A file that is a part of the app: the same for everyone, and without data of anyone.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">What a browser takes it for.</param>
/// <param name="Tag">The version, by its bytes: a browser that has it is answered with 304.</param>
internal sealed record StaticFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag)
{
    /// <summary>Its bytes compressed by gzip, for who accepts that; null where they are not kept so.</summary>
    public byte[]? Gzip { get; init; }

    /// <param name="path">Its path, for the type.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="InvalidOperationException">The app has no files of such a kind.</exception>
    public static StaticFile Of(string path, byte[] content) =>
        new(content, TypeOf(path), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\""));

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"'{path}' is of a kind that the app does not serve: add its content type here."),
    };
}
