using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.ModelBuilding.Own;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>A thin MobileNet as a user adds it: embeddings of 48 values in milliseconds.</summary>
internal static class ThinModel
{
    /// <summary>Puts it into a models folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="key">Its key.</param>
    /// <param name="change">Changes the graph; null for none.</param>
    /// <param name="mean">Another mean to subtract, and so another fingerprint; null for that of the preset.</param>
    public static InstalledModel Install(string folder, string key, Action<ModelProto>? change = null, float[]? mean = null)
    {
        OnnxFile onnx = OnnxFile.Read(Repository.Path("tests", "reference", "fixtures", "own", "mobilenet.onnx"));
        change?.Invoke(onnx.Model);
        string output = onnx.Model.Graph.Node[^1].Output[0];
        Assert.True(onnx.TryAddOutput(output));
        string path = Path.Combine(folder, $"{key}.tmp");
        onnx.Save(path);
        ModelDefinition definition = OwnModel.Describe(
            path, new OwnModelOptions(key, key, ModelPreset.ByName["torchvision"]) { Output = output }) with { EmbeddingLength = 48 };
        InstalledModel installed = ModelFile.InstallCopy(
            mean is null ? definition : definition with { Mean = mean },
            new ModelOrigin(WeightsOrigin.Own, Precision.Float32, WithTop: false),
            folder,
            ModelManifest.Searched,
            path,
            onnx.Sha256,
            TestContext.Current.CancellationToken);
        File.Delete(path);
        return installed;
    }
}
