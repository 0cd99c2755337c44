namespace Pipeline.Drawing;

/// <summary>
/// The colours of a heat map: from a dark violet over red and orange to a light yellow. Lightness grows all the way, so that the order is
/// seen without seeing colours, too.
/// </summary>
internal static class HeatColours
{
    // Lightness L* of CIELAB 13, 29, 47, 63, 79 and 94, in nearly equal steps.
    private static readonly (byte Red, byte Green, byte Blue)[] Stops =
    [
        (40, 20, 84), (121, 28, 109), (201, 58, 74), (240, 119, 40), (251, 183, 62), (252, 240, 158),
    ];

    /// <summary>The colour of a value.</summary>
    /// <param name="heat">0 to 1; values outside are drawn as these.</param>
    public static (byte Red, byte Green, byte Blue) Of(float heat)
    {
        float place = Math.Clamp(heat, 0, 1) * (Stops.Length - 1);
        int number = Math.Min((int)place, Stops.Length - 2);
        float share = place - number;
        ((byte, byte, byte) below, (byte, byte, byte) above) = (Stops[number], Stops[number + 1]);
        return (Mix(below.Item1, above.Item1), Mix(below.Item2, above.Item2), Mix(below.Item3, above.Item3));

        byte Mix(byte from, byte to) => (byte)MathF.Round(from + ((to - from) * share));
    }
}
