namespace Pipeline.Imaging.Tiff;

/// <summary>SampleFormat: what kind of number a sample is.</summary>
internal enum TiffSampleFormat
{
    Unsigned = 1,
    Signed = 2,
    Float = 3,
    Undefined = 4,
    ComplexIntegers = 5,
    Complex = 6,
}
