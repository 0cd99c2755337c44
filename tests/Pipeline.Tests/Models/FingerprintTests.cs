using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class FingerprintTests
{
    private static readonly ModelDefinition Model = ModelCatalogue.Default().Models[0];

    [Fact]
    public void Whatever_changes_an_embedding_changes_the_fingerprint()
    {
        Fingerprint[] fingerprints =
        [
            ModelManifest.FingerprintOf(Model, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model, "other weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model, "weights", Precision.Int8Dense),
            ModelManifest.FingerprintOf(Model with { Resampling = Resampling.Keras }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Mean = [1, 2, 3] }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { ChannelOrder = ChannelOrder.Rgb }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Scale = [2, 2, 2] }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Scale = [2, 1, 1] }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Fit = Fit.Crop }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Fit = Fit.Crop, ResizeTo = 256 }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Fit = Fit.Pad }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Layout = InputLayout.Nhwc }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { Pooling = Pooling.Mean }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { InputSize = 192 }, "weights", Precision.Float32),
            ModelManifest.FingerprintOf(Model with { EmbeddingOutput = "block5_pool" }, "weights", Precision.Float32),
        ];

        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
    }

    [Fact]
    public void Embeddings_that_earlier_versions_stored_keep_their_fingerprint() => Assert.Equal(
        "f83c252c2811", ModelManifest.FingerprintOf(Model, "weights", Precision.Float32).ToString());

    [Fact]
    public void A_new_title_does_not_make_stored_embeddings_worthless() => Assert.Equal(
        ModelManifest.FingerprintOf(Model, "weights", Precision.Float32), ModelManifest.FingerprintOf(
            Model with { Title = "The sixteen" }, "weights", Precision.Float32));

    [Theory]
    [InlineData("")]
    [InlineData("0123456789a")]
    [InlineData("0123456789AB")]
    [InlineData("0123456789a/")]
    public void Only_twelve_lower_case_hexadecimal_digits_are_a_fingerprint(string text) =>
        Assert.Throws<FormatException>(() => new Fingerprint(text));
}
