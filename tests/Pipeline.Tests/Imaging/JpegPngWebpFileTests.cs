using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

/// <summary>
/// Files of kinds that people met in the field, held against independent decoders; written by <c>tests/reference/jpeg_png_webp.py</c>.
/// </summary>
public class JpegPngWebpFileTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private static readonly FieldFile[] All =
        JsonSerializer.Deserialize<FieldFile[]>(
            File.ReadAllBytes(Repository.Path("tests", "reference", "field", "jpeg-png-webp.json")),
            Json)!;

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
    public void What_is_not_read_is_refused_by_name(string file)
    {
        FieldFile field = All.Single(other => other.File == file);
        byte[] bytes = Bytes(file);

        bool[] accepted =
        [
            Decoder.TryDecode(bytes, out _, out ImageRejection? rejection),
            Decoder.TryDecode(bytes, 32, 32, Resampling.Quality, out _, out ImageRejection? reduced),
        ];

        Assert.All(accepted, Assert.False);
        Assert.Equal((field.Fault, field.Fault), (rejection!.Fault.ToString(), reduced!.Fault.ToString()));
        Assert.Contains(field.Words!, rejection.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", rejection.Detail, StringComparison.Ordinal);
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
