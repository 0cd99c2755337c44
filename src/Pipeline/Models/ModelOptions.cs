using System.ComponentModel.DataAnnotations;

namespace Pipeline.Models;

/// <summary>The configuration section <c>Models</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>
    /// Where the ONNX files and their manifests are: <c>Models__Folder</c>. A relative path starts at the working directory. With
    /// <see cref="ContainerUri"/> they are fetched to here, each version into a folder of its own.
    /// </summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; set; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>
    /// The blob container that models are fetched from at the start, such as <c>https://ACCOUNT.blob.core.windows.net/models</c>:
    /// <c>Models__ContainerUri</c>. Without it the models must be in the folder.
    /// </summary>
    public Uri? ContainerUri { get; set; }

    /// <summary>
    /// With <see cref="ContainerUri"/>, the version of each model by its key: <c>Models__Versions__vgg16</c> is the fingerprint, 12
    /// hexadecimal digits, of the files <c>vgg16-FINGERPRINT.onnx</c> and <c>vgg16-FINGERPRINT.manifest.json</c>.
    /// </summary>
    public IDictionary<string, string> Versions { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// With <see cref="ContainerUri"/>, the version that a version replaced, by the model's key: <c>Models__Previous__vgg16</c>. It
    /// responds to queries until the new one has embedded all images, and is fetched only if it is needed.
    /// </summary>
    public IDictionary<string, string> Previous { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The keys of the models that the app runs, separated by commas, such as <c>resnet18,vgg16</c>: <c>Models__Enabled</c>. Without it
    /// all installed ones.
    /// </summary>
    public string? Enabled { get; set; }

    /// <summary><see cref="Enabled"/> as keys; null for all.</summary>
    internal string[]? EnabledKeys => string.IsNullOrWhiteSpace(Enabled)
        ? null
        : Enabled.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The keys of <see cref="Versions"/>: settings ignore case, keys are lower-case.</summary>
    internal IEnumerable<string> VersionKeys => Versions.Keys.Select(key => key.ToLowerInvariant());

    /// <summary>
    /// The folder of one model. Each fetched version has its own, because a running process may have another version open.
    /// </summary>
    internal string FolderOf(string key) => ContainerUri is not null && Versions.TryGetValue(key, out string? version)
        ? Path.GetFullPath(Path.Combine(Folder, $"{key}-{version}"))
        : Path.GetFullPath(Folder);

    /// <summary>The folder of the version that a model replaced; it need not be there.</summary>
    internal string PreviousFolderOf(string key) => Path.GetFullPath(
        ContainerUri is not null && Previous.TryGetValue(key, out string? version)
            ? Path.Combine(Folder, $"{key}-{version}")
            : Path.Combine(Folder, ModelManifest.PreviousFolder));
}
