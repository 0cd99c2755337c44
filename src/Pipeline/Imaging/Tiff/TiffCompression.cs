namespace Pipeline.Imaging.Tiff;

/// <summary>The compressions that are read; <see cref="TiffSupport"/> names the others.</summary>
internal enum TiffCompression
{
    None = 1,
    CcittRunLength = 2,
    CcittGroup3 = 3,
    CcittGroup4 = 4,
    Lzw = 5,
    Jpeg = 7,
    Deflate = 8,
    PackBits = 32773,
    OldDeflate = 32946,
    Zstandard = 50000,
}
