using System.Runtime.InteropServices;
using System.Text.Json;
using CsCheck;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
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
                (byte red, byte green, byte blue) =
                    (pixels[(((y * 32) + x) * 3) + 0], pixels[(((y * 32) + x) * 3) + 1], pixels[(((y * 32) + x) * 3) + 2]);
                Assert.Equal(blue - means[0], input[(0 * 1024) + (y * 32) + x]);
                Assert.Equal(green - means[1], input[(1 * 1024) + (y * 32) + x]);
                Assert.Equal(red - means[2], input[(2 * 1024) + (y * 32) + x]);
            }
        }
    }, iter: 20);

    [Fact]
    public void Input_is_that_of_Keras_bit_for_bit_for_every_level_of_every_channel()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "preprocessing.json")));
        byte[] expected = json.RootElement.GetProperty("values").GetBytesFromBase64();
        byte[] image = [.. Enumerable.Range(0, 256).SelectMany(level => new[] { (byte)level, (byte)(255 - level), (byte)(level * 7) })];

        // The fixture's image in the corner of the smallest input that a model takes.
        byte[] pixels = new byte[32 * 32 * 3];
        for (int row = 0; row < 16; row++)
        {
            image.AsSpan(row * 48, 48).CopyTo(pixels.AsSpan(row * 96));
        }

        float[] input = new float[3 * 1024];
        Preprocessing.WriteInput(new RgbImage(32, 32, pixels), Vgg16 with { InputSize = 32 }, input);

        float[] corner =
        [
            .. from channel in Enumerable.Range(0, 3)
               from row in Enumerable.Range(0, 16)
               from column in Enumerable.Range(0, 16)
               select input[(channel * 1024) + (row * 32) + column],
        ];
        Assert.Equal(expected, MemoryMarshal.AsBytes<float>(corner).ToArray());
    }

    [Fact]
    public void A_model_that_takes_RGB_gets_it_unswapped_and_scaled()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        (pixels[0], pixels[1], pixels[2]) = (10, 20, 30);
        ModelDefinition rgb = Vgg16 with { InputSize = 32, ChannelOrder = ChannelOrder.Rgb, Mean = [1, 2, 3], Scale = [0.5f, 1, 2] };

        float[] input = new float[3 * 1024];
        Preprocessing.WriteInput(new RgbImage(32, 32, pixels), rgb, input);

        Assert.Equal((4.5f, 18f, 54f), (input[0], input[1024], input[2048]));
    }

    [Fact]
    public void A_model_that_takes_channels_last_gets_pixel_by_pixel()
    {
        byte[] pixels = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i % 251))];
        ModelDefinition last = Vgg16 with
        {
            InputSize = 32, ChannelOrder = ChannelOrder.Rgb, Mean = [0, 0, 0], Scale = [1, 1, 1], Layout = InputLayout.Nhwc,
        };

        float[] input = new float[3 * 1024];
        Preprocessing.WriteInput(new RgbImage(32, 32, pixels), last, input);

        Assert.Equal(pixels.Select(pixel => (float)pixel), input);
    }

    [Fact]
    public void An_image_of_another_size_is_refused_with_both_sizes() =>
        Assert.Contains(
            "224 x 224 pixels, not 2 x 1",
            Assert.Throws<ArgumentException>(() => Preprocessing.WriteInput(new RgbImage(2, 1, new byte[6]), Vgg16, [])).Message,
            StringComparison.Ordinal);
}
