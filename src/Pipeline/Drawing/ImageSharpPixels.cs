using System.Runtime.InteropServices;
using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace Pipeline.Drawing;

/// <summary>Converts pixels to and from ImageSharp, which only gets pixels: encoded bytes are decoded by libvips.</summary>
internal static class ImageSharpPixels
{
    /// <summary>The same pixels, not copied; they must not be changed.</summary>
    public static Image<Rgb24> AsImageSharp(this RgbImage image) =>
        Image.WrapMemory<Rgb24>(MemoryMarshal.AsMemory(image.Pixels), image.Width, image.Height);

    /// <summary>A copy of the pixels.</summary>
    public static RgbImage ToRgbImage(this Image<Rgb24> image)
    {
        byte[] pixels = new byte[image.Width * image.Height * 3];
        image.CopyPixelDataTo(pixels);
        return new RgbImage(image.Width, image.Height, pixels);
    }

    /// <summary>A new image with ImageSharp's operations applied.</summary>
    public static RgbImage Process(this RgbImage image, Action<IImageProcessingContext> operations)
    {
        using Image<Rgb24> source = image.AsImageSharp();
        using Image<Rgb24> processed = source.Clone(operations);
        return processed.ToRgbImage();
    }
}
