namespace Pipeline.Models;

/// <summary>
/// Identifies what an embedding was made with: a short hash of the weights, the preprocessing and the output. It is part of every table
/// key, so embeddings of two different models or preprocessings are never compared.
/// </summary>
public readonly record struct Fingerprint
{
    /// <summary>Digits of a fingerprint: 48 bits.</summary>
    public const int Length = 12;

    private readonly string? _value;

    /// <summary>Reads a fingerprint from its text.</summary>
    /// <param name="value">12 lower-case hexadecimal digits.</param>
    /// <exception cref="FormatException"><paramref name="value"/> is anything else.</exception>
    public Fingerprint(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length != Length || !value.All(char.IsAsciiHexDigitLower))
        {
            throw new FormatException($"A fingerprint is {Length} lower-case hexadecimal digits, not '{value}'.");
        }

        _value = value;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? new string('0', Length);
}
