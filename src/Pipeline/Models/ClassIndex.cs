using System.Text.Json;

namespace Pipeline.Models;

/// <summary>A class that a model predicts.</summary>
/// <param name="Wnid">Its WordNet identifier, such as <c>n04522168</c>.</param>
/// <param name="Label">Its name in Keras' form, such as <c>vase</c> or <c>whiskey_jug</c>.</param>
internal sealed record ImageClass(string Wnid, string Label);

/// <summary>
/// The names of ImageNet's classes, as Keras publishes them in <c>imagenet_class_index.json</c>: <c>{"0": ["n01440764", "tench"], ...}</c>.
/// </summary>
internal sealed class ClassIndex
{
    /// <summary>The file's name in the models folder.</summary>
    public const string FileName = "imagenet_class_index.json";

    private ClassIndex(IReadOnlyList<ImageClass> classes) => Classes = classes;

    /// <summary>The classes in the order of the models' outputs.</summary>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>Looks for the file in a folder.</summary>
    /// <returns>Null if it is missing.</returns>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static ClassIndex? Find(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using FileStream json = File.OpenRead(path);
        return Read(json, path);
    }

    /// <summary>Reads an index.</summary>
    /// <param name="json">Keras' JSON, UTF-8: each class number from 0 without a gap, with its WordNet identifier and its label.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static ClassIndex Read(Stream json, string name)
    {
        Dictionary<int, string[]>? entries;
        try
        {
            entries = JsonSerializer.Deserialize<Dictionary<int, string[]>>(json);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"'{name}' cannot be read ({exception.Message}). Fetch it again: ./pipeline models pull --force", exception);
        }

        var classes = new ImageClass[entries?.Count ?? 0];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = entries!.TryGetValue(i, out string[]? entry) && entry is [{ } wnid, { } label]
                ? new ImageClass(wnid, label)
                : throw new InvalidDataException(
                    $"'{name}' has no identifier and label for class {i}. Fetch it again: ./pipeline models pull --force");
        }

        return classes.Length > 0
            ? new ClassIndex(classes)
            : throw new InvalidDataException($"'{name}' has no class. Fetch it again: ./pipeline models pull --force");
    }
}
