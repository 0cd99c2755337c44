using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>
/// ResNet-18 (He et al., 2016), trained on ImageNet, as the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 has it: made with
/// CNTK, two 3x3 convolutions a block, without its classes. The package's last stage has three blocks instead of two.
/// </summary>
/// <remarks>
/// What is changed: any number of images at a time instead of one, the mean image of the package's other file subtracted within, so that
/// the input is BGR, 0-255; the outputs of the stages, by the names that Keras uses; the embedding as a vector.
/// </remarks>
internal static class ResNet18
{
    /// <summary>The package's files, relative to its folder, with their SHA-256.</summary>
    private static readonly (string Path, string Sha256) Network = (
        "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx", "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f");

    private static readonly (string Path, string Sha256) Preparation = (
        "tools/DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx", "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004");

    // The tensors after the last ReLU of a stage, by the names of the package; channels and side of the map.
    private static readonly (string Tensor, string Name, int Channels, int Side)[] Stages =
    [
        ("ReLU253_Output_0", "conv1_relu", 64, 112),
        ("ReLU283_Output_0", "conv2_block2_out", 64, 56),
        ("ReLU315_Output_0", "conv3_block2_out", 128, 28),
        ("ReLU347_Output_0", "conv4_block2_out", 256, 14),
        ("ReLU393_Output_0", "conv5_block3_out", 512, 7),
    ];

    /// <summary>The package's folder in NuGet's cache, where the build of this program has put it.</summary>
    public static string Package { get; } = typeof(ResNet18).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "ResNet18Package").Value!;

    /// <summary>Builds the model into a folder.</summary>
    /// <param name="model">The catalogue entry.</param>
    /// <param name="package">The package's folder.</param>
    /// <param name="folder">The models folder; created if missing.</param>
    /// <param name="cancellationToken">Ends the work early; existing files stay as they are.</param>
    /// <exception cref="InvalidDataException">The package is missing, or its files are others; the message says what to do.</exception>
    /// <exception cref="IOException">The files cannot be written, for example because the disk is full.</exception>
    public static Task<InstalledModel> BuildAsync(
        ModelDefinition model, string package, string folder, CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                InstalledModel built = ModelFile.Install(
                    model,
                    new ModelOrigin(WeightsOrigin.ImageNet, Precision.Float32, WithTop: false),
                    folder,
                    ModelManifest.Searched,
                    output =>
                    {
                        ModelProto graph = Read(package, cancellationToken);
                        graph.WriteTo(output);
                        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Network.Sha256 + Preparation.Sha256)));
                    },
                    cancellationToken);

                // That of an int8 model which this one replaces.
                ModelManifest.Delete(folder, model.Key, ModelManifest.Studied);
                return built;
            },
            cancellationToken);

    private static ModelProto Read(string package, CancellationToken cancellationToken)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(ReadChecked(package, Network));
        ModelProto preparation = ModelProto.Parser.ParseFrom(ReadChecked(package, Preparation));
        cancellationToken.ThrowIfCancellationRequested();
        GraphProto graph = model.Graph;

        // From version 4, initializers need not be inputs, too.
        model.IrVersion = 8;
        string image = graph.Input[0].Name;
        foreach (NodeProto node in graph.Node)
        {
            Rename(node.Input, image, "centred");
            foreach ((string tensor, string name, _, _) in Stages)
            {
                Rename(node.Input, tensor, name);
                Rename(node.Output, tensor, name);
            }
        }

        TensorProto mean = preparation.Graph.Initializer[0];
        graph.Initializer.Add(mean);
        graph.Node.Insert(
            0, new NodeProto { Name = "centre", OpType = "Sub", Input = { "input", mean.Name }, Output = { "centred" } });
        graph.Node.Add(new NodeProto { Name = "flatten", OpType = "Flatten", Input = { graph.Output[0].Name }, Output = { "avg_pool" } });

        // The shapes within are those of one image; the runtime finds them anew.
        graph.ValueInfo.Clear();
        graph.Input.Clear();
        graph.Input.Add(GraphBuilder.Tensor("input", 3, 224, 224));
        graph.Output.Clear();
        graph.Output.Add(Stages.Select(stage => GraphBuilder.Tensor(stage.Name, stage.Channels, stage.Side, stage.Side)));
        graph.Output.Add(GraphBuilder.Tensor("avg_pool", 512));
        return model;
    }

    private static byte[] ReadChecked(string package, (string Path, string Sha256) file)
    {
        string path = Path.Combine(package, file.Path.Replace('/', Path.DirectorySeparatorChar));
        if (!File.Exists(path))
        {
            throw new InvalidDataException(
                $"There is no '{path}', a part of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1. Get it with " +
                "dotnet restore in the folder of Pipeline.sln, and build again.");
        }

        byte[] bytes = File.ReadAllBytes(path);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return sha256 == file.Sha256 ? bytes : throw new InvalidDataException(
            $"'{path}' has the SHA-256 {sha256} instead of {file.Sha256}: it is damaged, or of another version than 0.23.1. Delete the " +
            $"folder '{package}', and get it again with dotnet restore in the folder of Pipeline.sln.");
    }

    private static void Rename(RepeatedField<string> tensors, string from, string to)
    {
        for (int i = 0; i < tensors.Count; i++)
        {
            tensors[i] = tensors[i] == from ? to : tensors[i];
        }
    }
}
