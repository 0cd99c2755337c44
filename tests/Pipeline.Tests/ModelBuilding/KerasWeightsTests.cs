using System.Buffers.Binary;
using CsCheck;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using PureHDF;
using Xunit.Sdk;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>Files that h5py wrote in Keras' layout (<c>tests/reference/weights.py</c>), and files that are wrong in one way each.</summary>
public sealed class KerasWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vgg16", "vgg16.h5", 32)]
    [InlineData("vgg16", "vgg16-saved-model.h5", 32)]
    [InlineData("resnet50", "resnet50.h5", 320)]
    public void Every_array_of_a_file_is_bit_for_bit_what_was_written(string key, string file, int arrays)
    {
        using var weights = new KerasWeights(KerasFixtures.Path(file));
        var compared = new ComparedWeights(weights);

        KerasFixtures.Convert(key, compared, withTop: true, Stream.Null);

        Assert.Equal(arrays, compared.Arrays);
        Assert.Equal(WeightsOrigin.ImageNet, weights.Origin);
    }

    [Fact]
    public void A_file_without_the_top_says_which_layer_it_has_not()
    {
        using var weights = new KerasWeights(KerasFixtures.Path("vgg16-no-top.h5"));

        weights.Read("block5_conv3", "bias", [16], new float[16]);

        Refused(() => weights.Read("fc1", "kernel", [64, 128], new float[64 * 128]), "vgg16-no-top.h5", "no layer 'fc1'");
    }

    [Theory]
    [InlineData("v0,v1", "bias", "v1")]
    [InlineData("w0,w1,w2,w3", "moving_mean", "w2")]
    [InlineData("layer_W_3:0,layer_b_3:0", "bias", "layer_b_3:0")]
    [InlineData("layer/bias:0,layer/kernel:0", "kernel", "layer/kernel:0")]
    [InlineData("layer_1/layer/beta:0,layer_1/layer/gamma:0", "beta", "layer_1/layer/beta:0")]
    [InlineData("layer_running_mean_1:0,layer_running_std_1:0", "moving_variance", "layer_running_std_1:0")]
    [InlineData("layer/kernel:0,other", "bias", null)]
    [InlineData("v0,v1,v2", "bias", null)]
    [InlineData("", "kernel", null)]
    public void A_weight_is_found_by_its_name_or_else_by_Keras_order(string names, string weight, string? expected) =>
        Assert.Equal(expected, KerasWeightName.Find(names.Split(',', StringSplitOptions.RemoveEmptyEntries), "layer", weight));

    [Fact]
    public void Arrays_with_unknown_names_are_read_in_Keras_order()
    {
        using var weights = new KerasWeights(Write(("dense", new() { ["v0"] = new float[,] { { 1, 2 } }, ["v1"] = new float[] { 3, 4 } })));
        float[] bias = new float[2];

        weights.Read("dense", "bias", [2], bias);

        Assert.Equal([3, 4], bias);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_was_expected_and_what_is_there()
    {
        using var weights = new KerasWeights(Write(
            ("half", new() { ["kernel:0"] = new Half[,] { { (Half)1 } } }),
            ("double", new() { ["kernel:0"] = new double[,] { { 1 } } }),
            ("integer", new() { ["kernel:0"] = new int[,] { { 1 } } }),
            ("shape", new() { ["kernel:0"] = new float[,] { { 1, 2, 3 } } }),
            ("rank", new() { ["kernel:0"] = new float[] { 1 } }),
            ("zeros", new() { ["kernel:0"] = new float[,] { { 0 } } }),
            ("infinite", new() { ["kernel:0"] = new float[,] { { float.PositiveInfinity } } }),
            ("unfinished", new() { ["bias:0"] = new float[] { 1 } })));

        void RefusedAt(string layer, params string[] expected) =>
            Refused(() => weights.Read(layer, "kernel", [1, 1], new float[1]), ["weights.h5", $"'{layer}'", .. expected]);

        RefusedAt("half", "16-bit floating point is there");
        RefusedAt("double", "32-bit floating point is expected", "64-bit floating point is there");
        RefusedAt("integer", "a 32-bit integer is there");
        RefusedAt("shape", "1 x 1 values are expected, 1 x 3 are there");
        RefusedAt("rank", "1 x 1 values are expected, 1 are there");
        RefusedAt("zeros", "only zeros are there");
        RefusedAt("infinite", "NaN or infinity is there");
        RefusedAt("unfinished", "no weight 'kernel'", "it has bias:0");
        RefusedAt("absent", "no layer");
    }

    [Fact]
    public void A_layer_that_lists_an_array_which_is_not_there_is_refused()
    {
        var group = new H5Group { Attributes = { ["weight_names"] = new[] { "kernel:0" } } };
        new H5File { ["dense"] = group }.Write(Path.Combine(_folder, "weights.h5"));
        using var weights = new KerasWeights(Path.Combine(_folder, "weights.h5"));

        Refused(() => weights.Read("dense", "kernel", [1, 1], new float[1]), "lists 'kernel:0', which is not there");
    }

    [Fact]
    public void What_is_no_HDF5_file_is_refused()
    {
        string page = Path.Combine(_folder, "page.h5");
        File.WriteAllText(page, $"<html>{new string(' ', 500)}</html>");
        string empty = Path.Combine(_folder, "empty.h5");
        File.WriteAllBytes(empty, []);

        Refused(() => new KerasWeights(page), "page.h5", "not an HDF5 file");
        Refused(() => new KerasWeights(empty), "empty.h5", "not an HDF5 file");
        Assert.Throws<FileNotFoundException>(() => new KerasWeights(Path.Combine(_folder, "absent.h5")));
    }

    [Fact]
    public void A_file_that_breaks_off_anywhere_is_refused_when_it_is_opened()
    {
        byte[] whole = File.ReadAllBytes(KerasFixtures.Path("vgg16.h5"));

        Gen.Int[0, whole.Length - 1].Sample(
            length => Refused(() => new KerasWeights(Damaged(whole[..length])), length < 96 ? "HDF5" : "the end is missing"), threads: 1);
    }

    [Fact]
    public void A_file_that_hides_where_it_breaks_off_gives_whole_arrays_or_a_refusal()
    {
        byte[] whole = File.ReadAllBytes(KerasFixtures.Path("vgg16.h5"));

        Gen.Int[96, whole.Length].Sample(
            length =>
            {
                byte[] cut = whole[..length];
                BinaryPrimitives.WriteInt64LittleEndian(cut.AsSpan(40), length);
                ReadAll(Damaged(cut), mustEqual: true);
            },
            threads: 1);
    }

    [Fact]
    public void Damaged_bytes_give_numbers_or_a_refusal_and_no_other_error()
    {
        byte[] whole = File.ReadAllBytes(KerasFixtures.Path("vgg16.h5"));

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                byte[] damaged = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    damaged[at] = value;
                }

                ReadAll(Damaged(damaged), mustEqual: false);
            },
            threads: 1);
    }

    private static void ReadAll(string path, bool mustEqual)
    {
        try
        {
            using var weights = new KerasWeights(path);
            IWeightSource source = mustEqual ? new ComparedWeights(weights) : weights;
            KerasFixtures.Convert("vgg16", source, withTop: true, Stream.Null);
        }
        catch (InvalidDataException)
        {
            // A refusal is correct; every other exception fails the test.
        }
    }

    private static void Refused(Action action, params string[] expected)
    {
        string message = Assert.Throws<InvalidDataException>(action).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.EndsWith("./pipeline models pull --force", message, StringComparison.Ordinal);
    }

    private string Damaged(byte[] bytes)
    {
        string path = Path.Combine(_folder, "damaged.h5");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Write(params (string Layer, Dictionary<string, object> Arrays)[] layers)
    {
        var file = new H5File();
        foreach ((string layer, Dictionary<string, object> arrays) in layers)
        {
            var group = new H5Group { Attributes = { ["weight_names"] = arrays.Keys.ToArray() } };
            foreach ((string name, object values) in arrays)
            {
                group[name] = values;
            }

            file[layer] = group;
        }

        string path = Path.Combine(_folder, "weights.h5");
        file.Write(path);
        return path;
    }

    /// <summary>Compares the weights that it passes on with the draws that the file was written from.</summary>
    private sealed class ComparedWeights(IWeightSource file) : IWeightSource
    {
        private readonly SeededWeights _drawn = new(1);

        public int Arrays { get; private set; }

        public WeightsOrigin Origin => file.Origin;

        public void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination)
        {
            float[] drawn = new float[destination.Length];
            _drawn.Read(layer, weight, shape, drawn);
            file.Read(layer, weight, shape, destination);
            Arrays++;
            if (!destination.SequenceEqual(drawn))
            {
                throw new XunitException($"{layer}/{weight} is not what was written.");
            }
        }
    }
}
