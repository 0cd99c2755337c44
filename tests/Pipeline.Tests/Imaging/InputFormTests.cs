using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class InputFormTests
{
    [Theory]
    [InlineData(Resampling.Quality, Fit.Stretch)]
    [InlineData(Resampling.Keras, Fit.Stretch)]
    [InlineData(Resampling.Bilinear, Fit.Stretch)]
    [InlineData(Resampling.Bicubic, Fit.Stretch)]
    [InlineData(Resampling.Bilinear, Fit.Crop)]
    [InlineData(Resampling.Bicubic, Fit.Pad)]
    public void An_image_of_one_column_and_millions_of_rows_takes_any_form(Resampling resampling, Fit fit)
    {
        const int Rows = 4_000_000;
        byte[] pixels = new byte[Rows * 3];
        pixels.AsSpan().Fill(77);

        RgbImage input = new InputForm(224, resampling, fit, ResizeTo: null).Of(new RgbImage(1, Rows, pixels));

        Assert.Equal((224, 224), (input.Width, input.Height));
        Assert.Equal(77, input.Pixels.Span[((112 * 224) + 112) * 3]);
    }
}
