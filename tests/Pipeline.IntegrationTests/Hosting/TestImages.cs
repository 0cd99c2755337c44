namespace Pipeline.IntegrationTests.Hosting;

/// <summary>Images to upload: those of the reference fixtures, and any number of small ones.</summary>
internal static class TestImages
{
    public static byte[] Reference(string file) => File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "images", file));

    /// <summary>A 24-bit bitmap of 48 x 32 pixels; every number gives another one.</summary>
    public static byte[] Bitmap(int number) => LargeBitmap(48, 32, number);

    /// <summary>A 24-bit bitmap of any size, whose width is a multiple of 4; every number gives another one.</summary>
    public static byte[] LargeBitmap(int width, int height, int number)
    {
        const int Header = 54;
        byte[] file = new byte[Header + (width * height * 3)];
        using var writer = new BinaryWriter(new MemoryStream(file));
        writer.Write("BM"u8);
        writer.Write(file.Length);
        writer.Write(0);
        writer.Write(Header);
        writer.Write(40);
        writer.Write(width);
        writer.Write(height);
        writer.Write((short)1);
        writer.Write((short)24);
        var random = new Random(number);
        (int red, int green, int blue, int period) = (random.Next(256), random.Next(256), random.Next(256), random.Next(3, 20));
        for (int i = 0; i < width * height; i++)
        {
            bool stripe = (i % width / period) % 2 == 0;
            (file[Header + (i * 3)], file[Header + (i * 3) + 1], file[Header + (i * 3) + 2]) = stripe
                ? ((byte)blue, (byte)green, (byte)red)
                : ((byte)(i / width * 8), (byte)(255 - red), (byte)(255 - blue));
        }

        return file;
    }
}
