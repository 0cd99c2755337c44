using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using CsCheck;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

// Alone, because one of them watches the process' memory.
[CollectionDefinition(nameof(ImageDecoderLimitTests), DisableParallelization = true)]
[Collection(nameof(ImageDecoderLimitTests))]
public class ImageDecoderLimitTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [Fact]
    public void No_bytes_are_no_image() => Assert.Equal(ImageFault.Empty, Rejection(Decoder, []).Fault);

    [Fact]
    public void One_byte_more_than_allowed_is_refused_with_both_figures()
    {
        byte[] image = ReferenceImage.Read("rgb.png");
        var decoder = new ImageDecoder(new ImageLimits { MaxBytes = image.Length - 1 });

        ImageRejection rejection = Rejection(decoder, image);

        Assert.Equal(ImageFault.TooManyBytes, rejection.Fault);
        Assert.Contains($"{image.Length:N0} bytes; at most {image.Length - 1:N0}", rejection.Detail, StringComparison.Ordinal);
        Assert.True(new ImageDecoder(new ImageLimits { MaxBytes = image.Length }).TryDecode(image, out _, out _));
    }

    [Theory]
    [InlineData("Hello, I am an image.")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("P6 1 1 255 abc")]
    [InlineData("BM is how this sentence begins, and it is no bitmap.")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0heicmif1")]
    [InlineData("RIFF\0\0\0\0WAVEfmt ")]
    public void Other_formats_are_refused_with_those_that_are_allowed(string content)
    {
        ImageRejection rejection = Rejection(Decoder, Encoding.Latin1.GetBytes(content));

        Assert.Equal(ImageFault.UnsupportedFormat, rejection.Fault);
        Assert.Contains("JPEG, PNG, WebP, GIF, BMP and TIFF", rejection.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_bit_PNG_of_900_megapixels_is_refused_by_its_header()
    {
        byte[] bomb = OneBitPng(30_000, 30_000);
        Assert.True(bomb.Length < 200_000);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        ImageRejection rejection = Rejection(Decoder, bomb);

        Assert.Equal(ImageFault.TooManyPixels, rejection.Fault);
        Assert.Contains("30,000 x 30,000 pixels; at most 50 megapixels", rejection.Detail, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10_000_000);
    }

    [Fact]
    public void The_pixel_limit_is_exact()
    {
        byte[] image = OneBitPng(100, 100);

        Assert.True(new ImageDecoder(new ImageLimits { MaxPixels = 10_000 }).TryDecode(image, out _, out _));
        Assert.Equal(ImageFault.TooManyPixels, Rejection(new ImageDecoder(new ImageLimits { MaxPixels = 9_999 }), image).Fault);
    }

    [Fact]
    public void A_bitmap_that_claims_too_many_pixels_is_refused_by_its_header()
    {
        byte[] image = ReferenceImage.Read("rgb.bmp");
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(18), 100_000);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(22), 100_000);

        Assert.Equal(ImageFault.TooManyPixels, Rejection(Decoder, image).Fault);
    }

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("rgb.png")]
    [InlineData("lossless.webp")]
    [InlineData("lossy.webp")]
    [InlineData("rgb.bmp")]
    [InlineData("rgb.tif")]
    [InlineData("lzw.tif")]
    public void Half_an_image_is_damaged(string file)
    {
        byte[] image = ReferenceImage.Read(file);

        Assert.All(
            Enum.GetValues<Resampling>(),
            resampling =>
            {
                Assert.False(
                    Decoder.TryDecode(image.AsMemory(0, image.Length / 2), 224, 224, resampling, out _, out ImageRejection? rejection));
                Assert.Equal(ImageFault.Damaged, rejection.Fault);
                Assert.DoesNotContain("vips", rejection.Detail, StringComparison.OrdinalIgnoreCase);
            });
    }

    [Fact]
    public void A_compressed_bitmap_is_refused_with_the_way_out()
    {
        byte[] image = ReferenceImage.Read("palette.bmp");
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(30), 1);

        Assert.Contains("only uncompressed ones are read", Rejection(Decoder, image).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_there_is_an_image_or_a_reason()
    {
        byte[][] files = [.. ReferenceImage.All.Select(image => image.Encoded)];
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Int[0, 1 << 20], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 20], Gen.Bool)
            .Sample((file, cut, changes, truncate) =>
            {
                byte[] bytes = [.. files[file]];
                foreach ((int position, byte value) in changes)
                {
                    // Most changes hit the header, where they do the most harm.
                    bytes[position % (position % 3 == 0 ? bytes.Length : Math.Min(64, bytes.Length))] = value;
                }

                ReadOnlyMemory<byte> mutated = truncate ? bytes.AsMemory(0, cut % bytes.Length) : bytes;
                foreach (Resampling resampling in Enum.GetValues<Resampling>())
                {
                    bool decoded = Decoder.TryDecode(mutated, 32, 32, resampling, out DecodedImage? image, out ImageRejection? rejection);
                    Assert.Equal(decoded, image is not null);
                    Assert.Equal(decoded, rejection is null);
                }
            }, iter: 2000);
    }

    [Fact]
    public void A_refused_image_leaves_the_next_one_alone()
    {
        byte[] good = ReferenceImage.Read("baseline.jpg");
        Parallel.For(0, 50, i =>
        {
            Assert.Equal(ImageFault.Damaged, Rejection(Decoder, good[..(good.Length / 2)]).Fault);
            Assert.True(Decoder.TryDecode(good, 224, 224, Resampling.Quality, out _, out ImageRejection? rejection), rejection?.Detail);
        });
    }

    [Fact]
    public void Fifty_megapixels_are_let_in_without_holding_them_in_memory()
    {
        // 7,000 x 7,000 in RGB would be 147 MB. The reduction reads line by line.
        byte[] image = Png(7_000, 7_000, depth: 8, colourType: 2, bytesPerRow: 21_000);
        DecodedImage? picture = null;
        bool letIn = false;

        long more = PeakOf(() => letIn = Decoder.TryDecode(image, 224, 224, Resampling.Quality, out picture, out _));

        Assert.True(letIn);
        Assert.Equal((7_000, 7_000), (picture!.Width, picture.Height));
        Assert.InRange(more, 0, 100_000_000);
    }

    [Fact]
    public void Images_that_are_held_whole_share_the_budget()
    {
        // An interlaced image has its last rows at its end: 4,000 x 4,000 in 16-bit RGBA are 128 MB, and two at a time 256 MB.
        byte[] image = Png(4_000, 4_000, depth: 16, colourType: 6, bytesPerRow: 32_000, interlaced: true);
        using var decoder = new ImageDecoder(new ImageLimits(), budget: 140_000_000);

        long more = PeakOf(() => Task.WaitAll(
            [.. Enumerable.Range(0, 4)
                .Select(_ => decoder.DecodeAsync(image, 224, 224, Resampling.Quality, TestContext.Current.CancellationToken))],
            TestContext.Current.CancellationToken));

        Assert.InRange(more, 0, 220_000_000);
    }

    /// <summary>By how many bytes the process' memory grows meanwhile.</summary>
    private static long PeakOf(Action action)
    {
        long before = WorkingSet();
        long peak = before;
        using var done = new ManualResetEventSlim();
        var watcher = new Thread(() =>
        {
            while (!done.Wait(TimeSpan.FromMilliseconds(1)))
            {
                peak = Math.Max(peak, WorkingSet());
            }
        });
        watcher.Start();
        action();
        done.Set();
        watcher.Join();
        return peak - before;
    }

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static ImageRejection Rejection(ImageDecoder decoder, byte[] bytes)
    {
        Assert.False(decoder.TryDecode(bytes, 224, 224, Resampling.Quality, out DecodedImage? image, out ImageRejection? rejection));
        Assert.Null(image);
        return rejection;
    }

    private static byte[] OneBitPng(int width, int height) => Png(width, height, depth: 1, colourType: 0, (width + 7) / 8);

    /// <summary>A black picture.</summary>
    private static byte[] Png(int width, int height, byte depth, byte colourType, int bytesPerRow, bool interlaced = false)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colourType, interlaced ? (byte)1 : (byte)0);
        Chunk("IHDR", header);
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Interlaced, of a size that 8 divides: 15 half passes' worth of rows, each with the type of its filter.
            int passes = interlaced ? height / 8 * 15 : height;
            byte[] zeros = new byte[1 << 16];
            for (long left = ((long)bytesPerRow * height) + passes; left > 0; left -= zeros.Length)
            {
                zlib.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
            }
        }

        Chunk("IDAT", rows.ToArray());
        Chunk("IEND", []);
        return png.ToArray();

        void Chunk(string type, byte[] data)
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            png.Write(number);
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
            png.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
            png.Write(number);
        }
    }
}
