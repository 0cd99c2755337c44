using System.ComponentModel.DataAnnotations;

namespace Pipeline.Search;

/// <summary>The configuration section <c>Search</c>.</summary>
internal sealed class SearchOptions
{
    /// <summary>
    /// How much memory each model's vectors may take, in MB: <c>Search__VectorMemoryMB</c>. The others are in a temporary file; search reads
    /// a few hundred of them for a query. 256 MB are 15,600 images of VGG16, 31,000 of ResNet50 and 125,000 of ResNet-18.
    /// </summary>
    [Range(0, 1_000_000)]
    public int VectorMemoryMB { get; set; } = 256;

    /// <summary>Where the temporary file is: <c>Search__Folder</c>; by default the system's folder for such files.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = Path.GetTempPath();
}
