using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pipeline.Functions.Http;

/// <summary>Where a list of names goes on, opaque to clients: the last name of the page before, so it stays right while images come and go.</summary>
internal static class NameToken
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(string name) => Base64Url.EncodeToString(Utf8.GetBytes(name));

    /// <summary>Reads a token.</summary>
    /// <returns>False for what <see cref="Of"/> never wrote.</returns>
    public static bool TryParse(string token, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!Base64Url.IsValid(token))
        {
            return false;
        }

        try
        {
            name = Utf8.GetString(Base64Url.DecodeFromChars(token));
            return Of(name) == token;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
