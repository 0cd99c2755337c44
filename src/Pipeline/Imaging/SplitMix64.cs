namespace Pipeline.Imaging;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014) as a counter-based generator: number i of a stream is Mix(stream + (i + 1) * Golden) and needs
/// no other number, so that draws are the same on every machine and whatever else was drawn.
/// </summary>
internal static class SplitMix64
{
    /// <summary>What the state grows by from number to number: 2^64 over the golden ratio, made odd.</summary>
    public const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Spreads every bit of a state over all 64 bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
