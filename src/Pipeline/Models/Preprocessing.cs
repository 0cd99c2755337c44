using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>Converts pixels to a model's input; for VGG16 and ResNet50 this is Keras' <c>preprocess_input</c> in caffe mode.</summary>
internal static class Preprocessing
{
    /// <summary>Writes an image as a model's input: CHW or HWC in the model's channel order, (pixel - mean) * scale.</summary>
    /// <param name="image">An image of the model's input size.</param>
    /// <param name="model">The model.</param>
    /// <param name="input">float[3 * height * width].</param>
    /// <exception cref="ArgumentException">The image or the input has another size.</exception>
    public static void WriteInput(RgbImage image, ModelDefinition model, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(model);
        if (image.Width != model.InputSize || image.Height != model.InputSize)
        {
            throw new ArgumentException(
                $"{model.Title} takes {model.InputSize} x {model.InputSize} pixels, not {image.Width} x {image.Height}.", nameof(image));
        }

        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        int area = image.Width * image.Height;
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, 3 * area, nameof(input));
        for (int channel = 0; channel < 3; channel++)
        {
            int source = model.ChannelOrder == ChannelOrder.Bgr ? 2 - channel : channel;
            float mean = model.Mean[channel];
            float scale = model.Scale[channel];
            if (model.Layout == InputLayout.Nhwc)
            {
                for (int i = 0; i < area; i++)
                {
                    input[(i * 3) + channel] = (pixels[(i * 3) + source] - mean) * scale;
                }

                continue;
            }

            Span<float> plane = input.Slice(channel * area, area);
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = (pixels[(i * 3) + source] - mean) * scale;
            }
        }
    }
}
