using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>A model and what its embeddings are made with: all that a row's key says of it, and all that reading keys takes.</summary>
/// <param name="Key">The model, such as <c>vgg16</c>.</param>
/// <param name="Fingerprint">12 hexadecimal digits.</param>
internal sealed record ModelVersion(string Key, string Fingerprint)
{
    /// <summary>The version of a model that is installed here.</summary>
    public static ModelVersion Of(InstalledModel model) => new(model.Key, model.Fingerprint.ToString());

    /// <summary>The version that an installed model replaced.</summary>
    public static ModelVersion Before(KeyValuePair<InstalledModel, Fingerprint> replaced) => new(replaced.Key.Key, $"{replaced.Value}");

    /// <summary>As partition keys begin: <c>vgg16-1ffd0a3b9c21</c>.</summary>
    public override string ToString() => $"{Key}-{Fingerprint}";
}
