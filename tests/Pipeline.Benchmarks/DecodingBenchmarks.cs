using BenchmarkDotNet.Attributes;
using NetVips;
using Pipeline.Imaging;

namespace Pipeline.Benchmarks;

/// <summary>From encoded bytes to the models' 224 x 224 pixels, beside libvips' own thumbnail of the same bytes.</summary>
[MemoryDiagnoser]
public class DecodingBenchmarks
{
    private const int Side = 224;

    private readonly ImageDecoder _decoder = new(new ImageLimits());
    private byte[] _encoded = [];

    /// <summary>A format and a size: a sample of the demo, or a photograph of 12 megapixels enlarged from it.</summary>
    [Params("jpg 480x360", "jpg 4000x3000", "png 4000x3000", "webp 4000x3000")]
    public string Source { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _encoded = Checkout.Sample("fish-1.jpg");
        if (!Source.EndsWith("480x360", StringComparison.Ordinal))
        {
            using Image small = Image.NewFromBuffer(_encoded);
            using Image large = small.Resize(4000.0 / small.Width, vscale: 3000.0 / small.Height);

            // Grain, because without it the image would be easier to encode than a photograph.
            using Image grain = Image.Gaussnoise(large.Width, large.Height, sigma: 8, mean: 0, seed: 1);
            using Image sum = large + grain;
            using Image bytes = sum.Cast(Enums.BandFormat.Uchar);
            _encoded = bytes.WriteToBuffer($".{Source.Split(' ')[0]}");
        }
    }

    [Benchmark(Baseline = true)]
    public byte[] LibvipsThumbnail()
    {
        using Image image = Image.ThumbnailBuffer(_encoded, Side, height: Side, size: Enums.Size.Force);
        return image.WriteToMemory<byte>();
    }

    [Benchmark]
    public object Quality() => Decode(Resampling.Quality);

    [Benchmark]
    public object Keras() => Decode(Resampling.Keras);

    [GlobalCleanup]
    public void Cleanup() => _decoder.Dispose();

    private RgbImage Decode(Resampling resampling) =>
        _decoder.TryDecode(_encoded, Side, Side, resampling, out DecodedImage? image, out ImageRejection? rejection)
            ? image.Pixels
            : throw new InvalidOperationException(rejection.Detail);
}
