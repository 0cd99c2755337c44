using CsCheck;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class PreprocessingTests
{
    private static readonly ModelDefinition Vgg16 = ModelCatalogue.Default().Models.Single(model => model.Key == "vgg16");

    [Fact]
    public void Input_is_CHW_in_BGR_with_the_channel_means_taken_off() => Gen.Byte.Array[32 * 32 * 3].Sample(pixels =>
    {
        float[] input = new float[3 * 1024];
        Preprocessing.WriteInput(new RgbImage(32, 32, pixels), Vgg16 with { InputSize = 32 }, input);

        float[] means = [103.939f, 116.779f, 123.68f];
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 32; x++)
            {
                (byte red, byte green, byte blue) = (pixels[(((y * 32) + x) * 3) + 0], pixels[(((y * 32) + x) * 3) + 1], pixels[(((y * 32) + x) * 3) + 2]);
                Assert.Equal(blue - means[0], input[(0 * 1024) + (y * 32) + x]);
                Assert.Equal(green - means[1], input[(1 * 1024) + (y * 32) + x]);
                Assert.Equal(red - means[2], input[(2 * 1024) + (y * 32) + x]);
            }
        }
    }, iter: 20);

    [Fact]
    public void A_model_that_takes_RGB_gets_it_unswapped_and_scaled()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        (pixels[0], pixels[1], pixels[2]) = (10, 20, 30);
        ModelDefinition rgb = Vgg16 with { InputSize = 32, ChannelOrder = ChannelOrder.Rgb, Mean = [1, 2, 3], Scale = 0.5f };

        float[] input = new float[3 * 1024];
        Preprocessing.WriteInput(new RgbImage(32, 32, pixels), rgb, input);

        Assert.Equal((4.5f, 9f, 13.5f), (input[0], input[1024], input[2048]));
    }

    [Fact]
    public void A_picture_of_another_size_is_refused_with_both_sizes() =>
        Assert.Contains(
            "224 x 224 pixels, not 2 x 1",
            Assert.Throws<ArgumentException>(() => Preprocessing.WriteInput(new RgbImage(2, 1, new byte[6]), Vgg16, [])).Message,
            StringComparison.Ordinal);
}
