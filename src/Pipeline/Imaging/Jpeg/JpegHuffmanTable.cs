namespace Pipeline.Imaging.Jpeg;

/// <summary>A Huffman table, spread out so that 16 bits of data find their code at once (ITU T.81, annex C).</summary>
internal sealed class JpegHuffmanTable
{
    private const int Lengths = 16;

    // The length of the code in the high byte, its symbol in the low one; 0 where no code begins like this.
    private readonly ushort[] _codes = new ushort[1 << Lengths];

    /// <param name="counts">byte[16]: how many codes there are of each length.</param>
    /// <param name="symbols">The symbols in the order of their codes.</param>
    /// <exception cref="InvalidDataException">The table has more codes than there can be, or fewer symbols.</exception>
    public JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        (int from, int next) = (0, 0);
        for (int length = 1; length <= Lengths; length++)
        {
            for (int i = 0; i < counts[length - 1]; i++)
            {
                int width = 1 << (Lengths - length);
                if (from + width > _codes.Length || next >= symbols.Length)
                {
                    throw JpegDamage.Exception();
                }

                _codes.AsSpan(from, width).Fill((ushort)((length << 8) | symbols[next++]));
                from += width;
            }
        }
    }

    /// <summary>The code that 16 bits begin with.</summary>
    /// <returns>Its length in bits, 0 if there is none, and its symbol.</returns>
    public (int Length, int Symbol) Find(int bits) => (_codes[bits] >> 8, _codes[bits] & 0xFF);
}
