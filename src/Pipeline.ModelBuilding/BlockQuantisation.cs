namespace Pipeline.ModelBuilding;

/// <summary>
/// A dense kernel as bytes: each output's weights in blocks of 32 inputs, each block with its own scale, symmetric about zero. The layout
/// is that of ONNX Runtime's MatMulNBits with 8 bits: uint8[outputs, blocks, 32] with 128 for zero, float[outputs * blocks].
/// </summary>
internal static class BlockQuantisation
{
    public const int BlockSize = 32;

    private const int Zero = 128;
    private const int Largest = 127;

    // Columns of the kernel that one thread takes at a time: a cache line of floats.
    private const int Stripe = 16;

    public static int BlocksOf(int unitsIn) => (unitsIn + BlockSize - 1) / BlockSize;

    /// <summary>Quantises a kernel.</summary>
    /// <param name="kernel">float[unitsIn, unitsOut], as Keras has it.</param>
    /// <param name="unitsIn">Inputs of the layer.</param>
    /// <param name="unitsOut">Outputs of the layer.</param>
    /// <param name="bytes">Takes uint8[unitsOut, blocks, 32]; a last block that is not full is filled with zeros.</param>
    /// <returns>float[unitsOut * blocks]; a value is (byte - 128) * scale, off by at most half a scale.</returns>
    public static unsafe float[] Quantise(float[] kernel, int unitsIn, int unitsOut, Span<byte> bytes)
    {
        int blocks = BlocksOf(unitsIn);
        ArgumentOutOfRangeException.ThrowIfNotEqual(kernel.Length, unitsIn * unitsOut, nameof(kernel));
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, unitsOut * blocks * BlockSize, nameof(bytes));
        float[] scales = new float[unitsOut * blocks];
        fixed (byte* pinned = bytes)
        {
            // A lambda cannot capture a span; the pointer stays pinned until the loop ends.
            byte* target = pinned;
            Parallel.For(0, (unitsOut + Stripe - 1) / Stripe, stripe =>
            {
                for (int block = 0; block < blocks; block++)
                {
                    int start = block * BlockSize;
                    int end = Math.Min(unitsIn, start + BlockSize);
                    for (int unit = stripe * Stripe; unit < Math.Min(unitsOut, (stripe + 1) * Stripe); unit++)
                    {
                        float largest = 0;
                        for (int i = start; i < end; i++)
                        {
                            largest = Math.Max(largest, Math.Abs(kernel[(i * unitsOut) + unit]));
                        }

                        int index = (unit * blocks) + block;
                        float scale = largest / Largest;
                        scales[index] = scale;
                        var quantised = new Span<byte>(target + ((long)index * BlockSize), BlockSize);
                        quantised.Fill(Zero);
                        for (int i = start; i < end && scale > 0; i++)
                        {
                            quantised[i - start] = (byte)(Zero + (int)MathF.Round(kernel[(i * unitsOut) + unit] / scale));
                        }
                    }
                }
            });
        }

        return scales;
    }
}
