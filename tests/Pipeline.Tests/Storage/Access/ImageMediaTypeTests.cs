using Pipeline.Storage.Access;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Storage.Access;

public class ImageMediaTypeTests
{
    [Theory]
    [InlineData("baseline.jpg", "image/jpeg")]
    [InlineData("rgb.png", "image/png")]
    public void An_image_has_the_type_of_its_first_bytes(string file, string type) =>
        Assert.Equal(type, ImageMediaType.Of(ReferenceImage.Read(file).AsSpan(0, ImageMediaType.HeadLength)));

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")]
    [InlineData("<!doctype html><title>x</title>")]
    [InlineData("%PDF-1.7")]
    [InlineData("II*\0")]
    [InlineData("BM<script>alert(1)</script>")]
    [InlineData("RIFF1234AVI ")]
    [InlineData("")]
    public void What_browsers_do_not_show_as_an_image_or_may_run_has_none(string content) =>
        Assert.Null(ImageMediaType.Of(System.Text.Encoding.Latin1.GetBytes(content)));
}
