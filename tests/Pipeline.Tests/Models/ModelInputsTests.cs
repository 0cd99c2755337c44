using System.Security.Cryptography;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Models;

public sealed class ModelInputsTests : IDisposable
{
    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task An_image_is_brought_to_each_form_that_is_asked_for()
    {
        byte[] encoded = ReferenceImage.Read("baseline.jpg");

        ModelInputs inputs = await ModelInputs.DecodeAsync(
            _decoder,
            encoded,
            [new(224, Resampling.Quality), new(224, Resampling.Keras), new(64, Resampling.Keras)],
            TestContext.Current.CancellationToken);

        Assert.Equal((97, 61), (inputs.Width, inputs.Height));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(encoded)), inputs.ContentHash);
        Assert.Equal(224, inputs.Of(new InputForm(224, Resampling.Quality)).Width);
        Assert.Equal(64, inputs.Of(new InputForm(64, Resampling.Keras)).Height);
        Assert.NotEqual(
            inputs.Of(new InputForm(224, Resampling.Quality)).Pixels.ToArray(), inputs.Of(
                new InputForm(224, Resampling.Keras)).Pixels.ToArray());
    }

    [Fact]
    public async Task Models_that_take_the_same_form_share_one_decoded_image()
    {
        InputForm[] forms = [.. ModelCatalogue.Default().Models.Select(model => model.InputForm)];

        ModelInputs inputs = await ModelInputs.DecodeAsync(
            _decoder, ReferenceImage.Read("baseline.jpg"), forms, TestContext.Current.CancellationToken);

        Assert.Same(inputs.Of(forms[0]), inputs.Of(forms[1]));
    }

    [Fact]
    public async Task An_invalid_image_is_not_accepted()
    {
        InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(() => ModelInputs.DecodeAsync(
            _decoder, "no image"u8.ToArray(), [new(224, Resampling.Quality)], TestContext.Current.CancellationToken));

        Assert.Equal(ImageFault.UnsupportedFormat, invalid.Rejection.Fault);
        Assert.Equal(invalid.Rejection.Detail, invalid.Message);
    }
}
