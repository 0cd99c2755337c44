using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>From pixels to a network's input; for VGG16 and ResNet50 this is Keras' <c>preprocess_input</c> in caffe mode.</summary>
public static class Preprocessing
{
    /// <summary>float[3 * height * width], CHW in the model's channel order: (pixel - mean) * scale.</summary>
    /// <param name="image">A picture of the model's input size.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">The picture has another size.</exception>
    public static float[] ToInput(RgbImage image, ModelDefinition model)
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
        float[] input = new float[3 * area];
        for (int channel = 0; channel < 3; channel++)
        {
            int source = model.ChannelOrder == ChannelOrder.Bgr ? 2 - channel : channel;
            float mean = model.Mean[channel];
            Span<float> plane = input.AsSpan(channel * area, area);
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = (pixels[(i * 3) + source] - mean) * model.Scale;
            }
        }

        return input;
    }
}
