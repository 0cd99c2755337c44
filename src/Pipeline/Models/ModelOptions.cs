using System.ComponentModel.DataAnnotations;

namespace Pipeline.Models;

/// <summary>The configuration section <c>Models</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>Where the ONNX files and their manifests are: <c>Models__Folder</c>. A relative path counts from the working directory.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = Path.Combine(AppContext.BaseDirectory, "models");
}
