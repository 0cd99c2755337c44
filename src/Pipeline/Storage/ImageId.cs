using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Storage;

/// <summary>The place of a stored image: container and name, and the table key derived from them.</summary>
internal sealed record ImageId
{
    /// <summary>Longest blob name that Azure Storage takes, in characters.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>Names an image.</summary>
    /// <param name="container">The blob container.</param>
    /// <param name="name">The blob's name: 1 to 1,024 characters, any characters.</param>
    /// <exception cref="ArgumentException">The name is empty or longer than 1,024 characters.</exception>
    public ImageId(string container, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(container);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        (Container, Name) = (container, name);
        Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{container}/{name}")));
    }

    /// <summary>The blob container.</summary>
    public string Container { get; }

    /// <summary>The blob's name.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of <c>container/name</c> as 64 hexadecimal digits: names may hold characters that table keys may not.</summary>
    public string Key { get; }

    /// <summary>Whether a text can be the <see cref="Key"/> of any image.</summary>
    internal static bool IsKey(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);
}
