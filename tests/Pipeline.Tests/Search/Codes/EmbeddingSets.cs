using System.Numerics.Tensors;

namespace Pipeline.Tests.Search.Codes;

/// <summary>Embeddings of images that do not exist: float[length] each, L2 norm 1.</summary>
internal static class EmbeddingSets
{
    /// <summary>Groups that overlap, none negative and many zero, as a ReLU leaves them.</summary>
    public static float[][] Clustered(int count, int length, int seed, int groups = 40)
    {
        var random = new Random(seed);
        float[][] centres = [.. Enumerable.Range(0, groups).Select(_ => Draw(length, () => 1.5 * Math.Pow(Normal(random), 2)))];
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                float[] centre = centres[random.Next(groups)];
                int place = 0;
                return Normalised(Draw(length, () => Math.Max(0, centre[place++] - 0.3 + Normal(random))));
            }),
        ];
    }

    /// <summary>Ten images and very many that differ from them by a thousandth to a tenth, as a crop or another compression do.</summary>
    public static float[][] NearDuplicates(int count, int length, int seed)
    {
        var random = new Random(seed);
        float[][] originals = Clustered(10, length, seed + 1);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                float[] original = originals[i % originals.Length];
                double change = Math.Pow(10, -1 - (2 * random.NextDouble())) * Math.Sqrt(12.0 / length);
                int place = 0;
                return Normalised(Draw(length, () => Math.Max(0, original[place++] + (change * Normal(random)))));
            }),
        ];
    }

    /// <summary>Four to twenty numbers that are not zero.</summary>
    public static float[][] Sparse(int count, int length, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                float[] values = new float[length];
                for (int i = random.Next(4, 21); i > 0; i--)
                {
                    // Squared, so that some dimensions are often set.
                    values[(int)(length * Math.Pow(random.NextDouble(), 3))] = 0.1f + random.NextSingle();
                }

                return Normalised(values);
            }),
        ];
    }

    /// <summary>As <see cref="Clustered"/>, but only every eighth dimension is ever other than zero.</summary>
    public static float[][] FewDimensions(int count, int length, int seed) =>
    [
        .. Clustered(count, length / 8, seed).Select(few =>
        {
            float[] values = new float[length];
            for (int i = 0; i < few.Length; i++)
            {
                values[8 * i] = few[i];
            }

            return values;
        }),
    ];

    public static float[][] Equal(int count, int length, int seed) => [.. Enumerable.Repeat(Clustered(1, length, seed)[0], count)];

    public static float[] Normalised(float[] values)
    {
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[] Draw(int length, Func<double> number)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)number();
        }

        return values;
    }
}
