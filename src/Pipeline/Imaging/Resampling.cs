namespace Pipeline.Imaging;

/// <summary>How a picture is brought to a network's input size. Both ignore the aspect ratio, as the study did.</summary>
public enum Resampling
{
    /// <summary>Antialiased reduction (decoder shrink-on-load, then a Lanczos kernel): the default for search.</summary>
    Quality,

    /// <summary>Nearest neighbour at floor((i + 0.5) * scale), as Keras' <c>load_img</c> with Pillow does: for the study's figures.</summary>
    Keras,
}

/// <summary>The resampling as answers name it.</summary>
public static class ResamplingNames
{
    /// <summary><c>quality</c> or <c>keras</c>, as in the catalogue.</summary>
    public static string ToJsonName(this Resampling resampling) => resampling switch
    {
        Resampling.Quality => "quality",
        Resampling.Keras => "keras",
        _ => throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "Unknown resampling."),
    };
}
