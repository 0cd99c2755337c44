using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Functions.Http;

/// <summary>
/// What a response gives for the next page of one model's list, and the query parameter <c>continue</c> takes: opaque to clients, and kept
/// nowhere, so it is good on every instance and for as long as the model's version responds.
/// </summary>
/// <param name="Fingerprint">The version of the model whose list it is.</param>
/// <param name="List">Which list: <see cref="ListOf"/>.</param>
/// <param name="Position">Where the page before ended.</param>
/// <remarks>
/// As text it is base64url of: the format, 1 byte; the fingerprint, 6; the list, 16; the bits of the cosine, 4, little-endian; the name in
/// UTF-8; the first 8 bytes of the SHA-256 of all that. The checksum finds what was cut or changed by mistake. It is no signature: whoever
/// makes up a token gets what any other search would give.
/// </remarks>
internal sealed record PageToken(string Fingerprint, string List, SearchPosition Position)
{
    private const byte Format = 1;
    private const int FingerprintEnd = 1 + (Models.Fingerprint.Length / 2);
    private const int ListLength = 16;
    private const int CosineStart = FingerprintEnd + ListLength;
    private const int NameStart = CosineStart + sizeof(float);
    private const int ChecksumLength = 8;

    /// <summary>Identifies a list by everything that decides it: 32 hexadecimal digits.</summary>
    /// <param name="model">Whose list.</param>
    /// <param name="query">Which query image, and which version of it.</param>
    /// <param name="minCosine">-1 to 1.</param>
    /// <param name="filter">Which images.</param>
    public static string ListOf(InstalledModel model, string query, float minCosine, SearchFilter filter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in (string[])[model.Key, query, filter.ExcludedKey ?? "", filter.Prefix, .. filter.Tagged?.Tags ?? []])
        {
            // The length first, so that what one part ends with is not taken for what the next begins with.
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan()));
        }

        hash.AppendData(BitConverter.GetBytes(minCosine));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, ListLength));
    }

    /// <summary>Reads a token.</summary>
    /// <returns>False for what <see cref="ToString"/> never wrote.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PageToken? token)
    {
        token = null;
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out int length) || length <= NameStart + ChecksumLength)
        {
            return false;
        }

        // A decoder also takes spaces and other last digits than ours: what is written again the same way is what we wrote.
        ReadOnlySpan<byte> content = bytes.AsSpan(0, length - ChecksumLength);
        if (content[0] != Format || Base64Url.EncodeToString(WithChecksum(content)) != text)
        {
            return false;
        }

        token = new PageToken(
            Convert.ToHexStringLower(content[1..FingerprintEnd]),
            Convert.ToHexStringLower(content[FingerprintEnd..CosineStart]),
            new SearchPosition(
                BinaryPrimitives.ReadSingleLittleEndian(content[CosineStart..]), Encoding.UTF8.GetString(content[NameStart..])));
        return true;
    }

    public override string ToString()
    {
        byte[] cosine = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(cosine, Position.Cosine);
        return Base64Url.EncodeToString(WithChecksum(
        [
            Format,
            .. Convert.FromHexString(Fingerprint),
            .. Convert.FromHexString(List),
            .. cosine,
            .. Encoding.UTF8.GetBytes(Position.Name),
        ]));
    }

    private static byte[] WithChecksum(ReadOnlySpan<byte> content) => [.. content, .. SHA256.HashData(content).AsSpan(0, ChecksumLength)];
}
