using System.Numerics.Tensors;
using Pipeline.Models;
using Pipeline.Models.Store;
using PureHDF;
using PureHDF.VOL.Native;

namespace Pipeline.ModelBuilding;

/// <summary>
/// Weights from a file as Keras' <c>save_weights</c> writes it (HDF5, the format of its published ImageNet weights): a group for every
/// layer, whose attribute <c>weight_names</c> lists its arrays. A whole saved model, which keeps the same below <c>model_weights</c>, is
/// read as well. An array is read directly into the caller's memory, without a second copy.
/// </summary>
internal sealed class KerasWeights : IWeightSource, IDisposable
{
    private const string WholeFileNeeded =
        "Keras' published weight file is needed, whole and unchanged. Fetch it again: ./pipeline models pull --force";

    // ResNet50's published file calls its last layer by an older name.
    private static readonly Dictionary<string, string> OlderLayerNames = new(StringComparer.Ordinal) { ["predictions"] = "probs" };

    private readonly string _path;
    private readonly NativeFile _file;
    private readonly IH5Group _layers;

    /// <summary>Opens a file; arrays are read on request.</summary>
    /// <param name="path">The file, usually named <c>*.h5</c>.</param>
    /// <exception cref="InvalidDataException">It is not an HDF5 file, or its end is missing; the message says what to do.</exception>
    /// <exception cref="IOException">There is no such file, or the system does not let it be read.</exception>
    public KerasWeights(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        CheckWhole();
        NativeFile? file = null;
        try
        {
            file = H5File.OpenRead(path);
            _layers = file.LinkExists("model_weights") ? file.Group("model_weights") : file;
            _file = file;
        }
        catch (Exception exception) when (!FileError.IsOfSystem(exception))
        {
            file?.Dispose();
            throw Damaged("cannot be opened", exception);
        }
    }

    /// <inheritdoc/>
    public WeightsOrigin Origin => WeightsOrigin.ImageNet;

    /// <inheritdoc/>
    public void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(weight);
        string wanted = $"layer '{layer}', weight '{weight}'";
        try
        {
            NativeDataset array = Find(layer, weight);
            ulong[] found = array.Space.Dimensions;
            if (!Fits(found, shape))
            {
                throw Wrong($"{wanted}: {string.Join(" x ", shape.ToArray())} values are expected, {string.Join(" x ", found)} are there");
            }

            if (array.Type is not { Class: H5DataTypeClass.FloatingPoint, Size: sizeof(float) })
            {
                throw Wrong($"{wanted}: 32-bit floating point is expected, {Describe(array.Type)} is there");
            }

            array.Read(destination);
        }
        catch (Exception exception) when (exception is not InvalidDataException && !FileError.IsOfSystem(exception))
        {
            throw Damaged($"cannot be read at {wanted}", exception);
        }

        if (!TensorPrimitives.IsFiniteAll<float>(destination))
        {
            throw Wrong($"{wanted}: finite numbers are expected, NaN or infinity is there");
        }

        // HDF5 returns zeros for an array that was declared and never written. Biases may be all zero, kernels never are.
        if (weight == "kernel" && !destination.ContainsAnyExcept(0f))
        {
            throw Wrong($"{wanted}: the kernel of a trained layer is expected, only zeros are there");
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private NativeDataset Find(string layer, string weight)
    {
        string group = _layers.LinkExists(layer) || !OlderLayerNames.TryGetValue(layer, out string? older) || !_layers.LinkExists(older)
            ? layer
            : older;
        if (!_layers.LinkExists(group) || _layers.Get(group) is not IH5Group arrays)
        {
            throw Wrong($"there is no layer '{layer}'");
        }

        string[] names = WeightNames(arrays);
        return KerasWeightName.Find(names, group, weight) is not { } name
            ? throw Wrong($"layer '{layer}' has no weight '{weight}'; it has {(names.Length == 0 ? "none" : string.Join(", ", names))}")
            : arrays.LinkExists(name) && arrays.Get(name) is NativeDataset array
                ? array
                : throw Wrong($"layer '{layer}' lists '{name}', which is not there");
    }

    private static string[] WeightNames(IH5Group layer)
    {
        // A layer without weights has an empty list, whose elements are not even text.
        IH5Attribute names = layer.Attribute("weight_names");
        return names.Space.Dimensions is [0] ? [] : names.Read<string[]>();
    }

    private static bool Fits(ulong[] found, ReadOnlySpan<int> expected)
    {
        bool fits = found.Length == expected.Length;
        for (int i = 0; fits && i < found.Length; i++)
        {
            fits = found[i] == (ulong)expected[i];
        }

        return fits;
    }

    private static string Describe(IH5DataType type) => type.Class switch
    {
        H5DataTypeClass.FloatingPoint => $"{8 * type.Size}-bit floating point",
        H5DataTypeClass.FixedPoint => $"a {8 * type.Size}-bit integer",
        _ => $"the type {type.Class}",
    };

    private void CheckWhole()
    {
        using FileStream file = File.OpenRead(_path);
        long? announced = Hdf5Superblock.EndOfFile(file);
        if (announced is null)
        {
            throw Wrong("it is not an HDF5 file");
        }

        if (file.Length < announced)
        {
            throw Wrong($"it has {file.Length:N0} bytes of {announced:N0}; the end is missing");
        }
    }

    private InvalidDataException Wrong(string error) => new($"'{_path}': {error}. {WholeFileNeeded}");

    private InvalidDataException Damaged(string error, Exception cause) =>
        new($"'{_path}' {error} ({cause.Message.TrimEnd('.')}). {WholeFileNeeded}", cause);
}
