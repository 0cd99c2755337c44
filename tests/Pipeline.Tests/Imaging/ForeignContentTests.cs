using System.Text;
using Pipeline.Contracts;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class ForeignContentTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [Theory]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1heix", "HEIC")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1miaf", "HEIF")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1avif", "AVIF")]
    [InlineData("\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom", "a camera's raw file (CR3)")]
    [InlineData("\0\0\0\u0018ftypisom\0\0\0\0isommp42", "an MP4 video")]
    [InlineData("\0\0\0\u0014ftypqt  \0\0\0\0qt  ", "a QuickTime video")]
    [InlineData("\u00FF\u000A\u00FA\u001F", "JPEG XL")]
    [InlineData("\0\0\0\u000CJXL \r\n\u0087\n", "JPEG XL")]
    [InlineData("\0\0\0\u000CjP  \r\n\u0087\n", "JPEG 2000")]
    [InlineData("\u00FF\u004F\u00FF\u0051\0", "JPEG 2000")]
    [InlineData("8BPS\0\u0001", "a Photoshop document (PSD)")]
    [InlineData("%PDF-1.7", "a PDF document")]
    [InlineData("%!PS-Adobe-3.0 EPSF-3.0", "PostScript (PS or EPS)")]
    [InlineData("\u00C5\u00D0\u00D3\u00C6 ", "PostScript (EPS)")]
    [InlineData("\0\0\u0001\0\u0001\0", "an icon (ICO)")]
    [InlineData("II*\0\u0010\0\0\0CR\u0002\0", "a camera's raw file (CR2)")]
    [InlineData("FUJIFILMCCD-RAW 0201", "a camera's raw file (RAF)")]
    [InlineData("IIRO\u0008\0\0\0", "a camera's raw file (ORF)")]
    [InlineData("IIU\0\u0018\0\0\0", "a camera's raw file (RW2)")]
    [InlineData("v/1\u0001\u0002\0\0\0", "OpenEXR")]
    [InlineData("#?RADIANCE\nFORMAT=", "Radiance HDR")]
    [InlineData("DDS |\0\0\0", "a DirectDraw surface (DDS)")]
    [InlineData("PK\u0003\u0004\u0014\0", "a ZIP archive, or an office document, which is one")]
    [InlineData("\u001F\u008B\u0008\0", "gzip")]
    [InlineData("\u001A\u0045\u00DF\u00A3\u009F", "a WebM or Matroska video")]
    [InlineData("RIFF\0\0\0\0AVI LIST", "an AVI video")]
    [InlineData("\u00D7\u00CD\u00C6\u009A\0\0", "a Windows metafile (WMF)")]
    [InlineData("BA\u000E\0\0\0\0\0\0\0\0\0\0\0BM", "an OS/2 bitmap array")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG")]
    [InlineData("\u00EF\u00BB\u00BF<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>", "SVG")]
    [InlineData("<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>", "XML")]
    [InlineData("\n<!DOCTYPE html><html><body><svg/></body></html>", "an HTML page")]
    [InlineData("{\"error\": \"not found\"}", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "a Git LFS pointer")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=", "an image as base64 text")]
    [InlineData("/9j/4AAQSkZJRgABAQAAAQABAAD/", "an image as base64 text")]
    [InlineData("BM is how this sentence begins, and it is no bitmap.", "text")]
    public void A_refusal_says_what_the_bytes_are(string content, string name)
    {
        string detail = Refusal(Encoding.Latin1.GetBytes(content));

        Assert.StartsWith($"This is {name}", detail, StringComparison.Ordinal);
        Assert.Contains("; JPEG, PNG, WebP, GIF, BMP and TIFF are accepted.", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_UTF_16_is_text()
    {
        Assert.StartsWith("This is JSON;", Refusal([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")]), StringComparison.Ordinal);
        Assert.StartsWith("This is text;", Refusal([.. "Grüße"u8[..^1]]), StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_bytes_are_said_to_be_zero_bytes() =>
        Assert.StartsWith("There are only zero bytes;", Refusal(new byte[5000]), StringComparison.Ordinal);

    [Theory]
    [InlineData("baseline.jpg", "\n", "A JPEG starts at byte 1, after a line break.")]
    [InlineData("baseline.jpg", "\u00EF\u00BB\u00BF", "A JPEG starts at byte 3, after a UTF-8 byte order mark.")]
    [InlineData("rgb.png", "\r\n ", "A PNG starts at byte 3, after white space.")]
    [InlineData("lossy.webp", "<br />\nWarning: session_start()\n", "A WebP starts at byte 32, after text.")]
    [InlineData("animated.gif", "\0\u0001", "A GIF starts at byte 2, after other bytes.")]
    public void An_image_behind_other_bytes_is_refused_with_its_place(string file, string before, string sentence) =>
        Assert.Equal(
            sentence + " Remove what is before it.", Refusal([.. Encoding.Latin1.GetBytes(before), .. ReferenceImage.Read(file)]));

    [Theory]
    [InlineData("\u0001\u0002\u0003\u0004\u0005")]
    [InlineData("\u00B5\u00B5\u00B5\u00B5\u00B5")]
    public void Bytes_that_are_nothing_known_are_refused_with_what_is_allowed(string content) => Assert.Equal(
        "The bytes are no image of a supported format; JPEG, PNG, WebP, GIF, BMP and TIFF are accepted.",
        Refusal(Encoding.Latin1.GetBytes(content)));

    private static string Refusal(byte[] bytes)
    {
        Assert.False(Decoder.TryDecode(bytes, 32, 32, Resampling.Quality, out _, out ImageRejection? rejection));
        Assert.Equal(ImageFault.UnsupportedFormat, rejection.Fault);
        return rejection.Detail;
    }
}
