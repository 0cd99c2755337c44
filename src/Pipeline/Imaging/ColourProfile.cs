using NetVips;

namespace Pipeline.Imaging;

/// <summary>
/// Colours brought to sRGB: by the file's ICC profile where it is one of a device or a colour space and of as many channels as the image,
/// else by the format's convention. A profile that says nothing of this image (a device link, named colours, garbage) is passed over: its
/// pixels are whole.
/// </summary>
internal static class ColourProfile
{
    private const string Profile = "icc-profile-data";
    private const int HeaderSize = 128;

    public static Image ToSrgb(Image image)
    {
        if (Applies(image))
        {
            try
            {
                return image.IccTransform("srgb", embedded: true, intent: Enums.Intent.Relative, depth: 8);
            }
            catch (VipsException)
            {
                // Its tables contradict its header. The transform is made here and no pixel is read, so nothing else can have failed.
            }
        }

        return image.Colourspace(Enums.Interpretation.Srgb);
    }

    private static bool Applies(Image image)
    {
        if (!image.Contains(Profile) || image.Get(Profile) is not byte[] { Length: > HeaderSize } profile)
        {
            return false;
        }

        int colours = image.HasAlpha() ? image.Bands - 1 : image.Bands;
        return Signature(profile, 12) is "scnr" or "mntr" or "prtr" or "spac"
            && (Signature(profile, 16), colours) is ("RGB ", 3) or ("GRAY", 1) or ("CMYK", 4);
    }

    private static string Signature(byte[] profile, int at) => System.Text.Encoding.Latin1.GetString(profile, at, sizeof(uint));
}
