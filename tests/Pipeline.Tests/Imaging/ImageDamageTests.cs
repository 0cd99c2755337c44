using Pipeline.Contracts;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

/// <summary>
/// Images cut and overwritten at many places, held against Pillow and ImageMagick: what both call broken is damaged, and what both read
/// unchanged and without a warning is read unchanged. Where we differ from both, <see cref="Differences"/> says why.
/// </summary>
public class ImageDamageTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    // docs/image-files.md has the rule for each format.
    private static readonly (string File, Func<DamagedFile, byte[], bool> Edit, string Ours, string Reason)[] Differences =
    [
        ("baseline.jpg", IsEndMarkerCut, "same", "A missing end marker is framing: every pixel is there."),
        ("progressive.jpg", IsEndMarkerCut, "same", "A missing end marker is framing: every pixel is there."),
        ("optimised.jpg", IsEndMarkerCut, "same", "A missing end marker is framing: every pixel is there."),
        ("restart.jpg", IsEndMarkerCut, "same", "A missing end marker is framing: every pixel is there."),
        ("palette.gif", (edit, whole) => edit.Operation == "cut" && edit.Offset >= whole.Length - 3, "same",
            "The trailer, the last block's end and the end code are framing: every pixel is there."),
    ];

    public static TheoryData<string> Files => [.. DamagedFile.All.Select(file => file.Key)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Damage_is_what_independent_decoders_agree_on(string file)
    {
        byte[] whole = DamagedFile.Read(file);
        Assert.SkipUnless(Decoder.TryDecode(whole, out _, out ImageRejection? rejection), $"Not read: {rejection?.Detail}");
        string[] wrong =
        [
            .. from edit in DamagedFile.All[file]
               let ours = Verdict(edit.Encoded, whole)
               let expected = Differences.FirstOrDefault(known => known.File == file && known.Edit(edit, whole)).Ours
                   ?? (edit.Pillow == edit.Magick && edit.Pillow != "other" ? edit.Pillow : null)
               where expected is not null && ours != expected
               select $"{edit}; here {ours}",
        ];

        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_way_through_the_decoder_sees_the_same_damage(string file)
    {
        string[] wrong =
        [
            .. from edit in DamagedFile.All[file]
               let encoded = edit.Encoded
               let whole = Decoder.TryDecode(encoded, out _, out _)
               where Decoder.TryDecode(encoded, 8, 6, Resampling.Quality, out _, out _) != whole
                   || Decoder.TryDecode(encoded, 4, 3, Resampling.Quality, out _, out _) != whole
                   || Decoder.TryDecode(encoded, 8, 6, Resampling.Keras, out _, out _) != whole
               select $"{edit}; here whole: {whole}",
        ];

        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static bool IsEndMarkerCut(DamagedFile edit, byte[] whole) => edit.Operation == "cut" && edit.Offset >= whole.Length - 2;

    private static string Verdict(byte[] encoded, byte[] whole) =>
        !Decoder.TryDecode(encoded, out DecodedImage? image, out _) ? "broken"
        : image.Pixels.Pixels.Span.SequenceEqual(Picture.Decode(whole).Pixels.Span) ? "same"
        : "other";
}
