namespace Pipeline.Imaging.Tiff;

/// <summary>The fields of one page.</summary>
/// <param name="File">Where their values are.</param>
/// <param name="Fields">By tag.</param>
/// <param name="Next">Offset of the next page's directory; 0 after the last.</param>
internal sealed record TiffDirectory(TiffFile File, IReadOnlyDictionary<TiffTag, TiffField> Fields, long Next)
{
    // Strips of one row of the tallest image that is accepted, in four planes; nothing else has more values.
    private const int MaxValues = 1 << 21;

    public bool Has(TiffTag tag) => Fields.ContainsKey(tag);

    /// <summary>The first value of a field of integers.</summary>
    public long Number(TiffTag tag, long otherwise) => Numbers(tag) is [long first, ..] ? first : otherwise;

    /// <summary>The values of a field of integers; none where it is missing or of another type.</summary>
    /// <exception cref="InvalidDataException">They are not within the file.</exception>
    public long[] Numbers(TiffTag tag)
    {
        if (!Fields.TryGetValue(tag, out TiffField field) || field.Type is not (1 or 3 or 4 or 13 or 16 or 18))
        {
            return [];
        }

        if (field.Count is < 0 or > MaxValues)
        {
            throw new InvalidDataException($"The TIFF's field {tag} claims {field.Count:N0} values.");
        }

        long[] numbers = new long[field.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            long at = field.Offset + ((long)i * field.ValueSize);
            numbers[i] = field.ValueSize switch
            {
                1 => File.Byte(at),
                2 => File.UInt16(at),
                4 => File.UInt32(at),
                _ => File.Int64(at),
            };
        }

        return numbers;
    }

    /// <summary>The values of a field of unsigned fractions; none where it is missing, of another type, or divided by 0.</summary>
    /// <exception cref="InvalidDataException">They are not within the file.</exception>
    public double[] Fractions(TiffTag tag)
    {
        const ushort Rational = 5;
        if (!Fields.TryGetValue(tag, out TiffField field) || field.Type != Rational || field.Count > 6)
        {
            return [];
        }

        double[] fractions = new double[field.Count];
        for (int i = 0; i < fractions.Length; i++)
        {
            long at = field.Offset + (i * 8L);
            uint divisor = File.UInt32(at + 4);
            if (divisor == 0)
            {
                return [];
            }

            fractions[i] = (double)File.UInt32(at) / divisor;
        }

        return fractions;
    }
}
