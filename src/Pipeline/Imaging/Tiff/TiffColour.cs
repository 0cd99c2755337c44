namespace Pipeline.Imaging.Tiff;

/// <summary>PhotometricInterpretation: what the samples mean.</summary>
internal enum TiffColour
{
    MinIsWhite = 0,
    MinIsBlack = 1,
    Rgb = 2,
    Palette = 3,
    Mask = 4,
    Separated = 5,
    YCbCr = 6,
    CieLab = 8,
    IccLab = 9,
    ItuLab = 10,
    ColourFilterArray = 32803,
    LogL = 32844,
    LogLuv = 32845,
    LinearRaw = 34892,
}
