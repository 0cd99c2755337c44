using System.Text.Json;
using CsCheck;
using Pipeline.Contracts;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

/// <summary>
/// Files of kinds that people met in the field, held against independent decoders; written by <c>tests/reference/jpeg_png_webp.py</c> and
/// <c>tiff_bmp_gif.py</c> beside it.
/// </summary>
public class FieldFileTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    // What is changed may claim to be large; whether that is decoded is not the question.
    private static readonly ImageDecoder Small = new(new ImageLimits { MaxPixels = 100_000 });

    private static readonly FieldFile[] All =
    [
        .. new[] { "jpeg-png-webp.json", "tiff-bmp-gif.json" }.SelectMany(
            index => JsonSerializer.Deserialize<FieldFile[]>(
                File.ReadAllBytes(Repository.Path("tests", "reference", "field", index)), Json)!),
    ];

    public static TheoryData<string> Read => [.. All.Where(file => file.Like is not null).Select(file => file.File)];

    public static TheoryData<string> Refused => [.. All.Where(file => file.Fault is not null).Select(file => file.File)];

    [Theory]
    [MemberData(nameof(Read))]
    public void A_file_looks_as_an_independent_decoder_has_it(string file)
    {
        FieldFile field = All.Single(other => other.File == file);

        DecodedImage image = Decode(file, reduced: false);
        DecodedImage expected = Decode(field.Like!, reduced: false);
        Assert.Equal((expected.Width, expected.Height), (image.Width, image.Height));
        Assert.InRange(MeanDifference(expected, image), 0, field.Bound);

        // The other way through the decoder, line by line; the two reductions round by themselves.
        Assert.InRange(MeanDifference(Decode(field.Like!, reduced: true), Decode(file, reduced: true)), 0, field.Bound + 0.5);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_read_is_refused_by_name(string file)
    {
        FieldFile field = All.Single(other => other.File == file);
        byte[] bytes = Bytes(file);

        bool[] accepted =
        [
            Decoder.TryDecode(bytes, out _, out ImageRejection? rejection),
            Decoder.TryDecode(bytes, 32, 32, Resampling.Quality, out _, out ImageRejection? reduced),
        ];

        InvalidImageException queued = await Assert.ThrowsAsync<InvalidImageException>(
            () => Decoder.DecodeAsync(bytes, 32, 32, Resampling.Quality, TestContext.Current.CancellationToken));

        Assert.All(accepted, Assert.False);
        Assert.Equal(rejection, queued.Rejection);
        Assert.Equal((field.Fault, field.Fault), (rejection!.Fault.ToString(), reduced!.Fault.ToString()));
        Assert.Contains(field.Words!, rejection.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", rejection.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_changed_in_them_there_is_an_image_or_a_reason()
    {
        byte[][] files = [.. All.Select(file => Bytes(file.File)).Where(bytes => bytes.Length < 10_000)];
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Int[0, 1 << 20], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 6], Gen.Bool)
            .Sample((file, cut, changes, truncate) =>
            {
                byte[] bytes = [.. files[file]];
                foreach ((int position, byte value) in changes)
                {
                    // A TIFF's directory is at its end; most changes hit it, or the header.
                    int near = position % 300;
                    bytes[(position % 3) switch { 0 => position % bytes.Length, 1 => near % bytes.Length, _ => Math.Max(
                        0,
                        bytes.Length - 1 - near) }] = value;
                }

                ReadOnlyMemory<byte> mutated = truncate ? bytes.AsMemory(0, cut % bytes.Length) : bytes;
                bool decoded = Small.TryDecode(mutated, 32, 32, Resampling.Quality, out DecodedImage? image, out ImageRejection? rejection);
                Assert.Equal((decoded, decoded), (image is not null, rejection is null));
            }, iter: 6000);
    }

    private static DecodedImage Decode(string file, bool reduced)
    {
        bool decoded = reduced
            ? Decoder.TryDecode(Bytes(file), 24, 24, Resampling.Quality, out DecodedImage? image, out ImageRejection? rejection)
            : Decoder.TryDecode(Bytes(file), out image, out rejection);
        Assert.True(decoded, $"{file}: {rejection?.Detail}");
        return image!;
    }

    private static double MeanDifference(DecodedImage one, DecodedImage other) =>
        one.Pixels.Pixels.ToArray().Zip(other.Pixels.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average();

    private static byte[] Bytes(string file) => File.ReadAllBytes(Repository.Path("tests", "reference", "field", file));

    /// <summary>A line of the index.</summary>
    /// <param name="File">In the folder of the index.</param>
    /// <param name="Like">The file that it must look like; null if it is refused.</param>
    /// <param name="Bound">Mean absolute difference per channel, 0 to 255, that is allowed.</param>
    /// <param name="Fault">Why it is refused.</param>
    /// <param name="Words">Part of the sentence.</param>
    private sealed record FieldFile(string File, string? Like, double Bound, string? Fault, string? Words);
}
