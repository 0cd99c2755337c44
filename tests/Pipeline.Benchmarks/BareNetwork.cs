using Microsoft.ML.OnnxRuntime;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>The baseline of the benchmarks: plain ONNX Runtime on all processors, with the input of one image prepared before.</summary>
internal sealed class BareNetwork : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtValue _input;
    private readonly string[] _outputs;

    public BareNetwork(InstalledModel model)
    {
        int side = model.Definition.InputSize;
        using var decoder = new ImageDecoder(new ImageLimits());
        decoder.TryDecode(Checkout.Sample("fish-1.jpg"), side, side, model.Definition.Resampling, out DecodedImage? decoded, out _);
        Image = decoded!.Pixels;
        float[] input = new float[3 * side * side];
        Preprocessing.WriteInput(Image, model.Definition, input);
        _input = OrtValue.CreateTensorValueFromMemory(input, [1, 3, side, side]);
        _outputs = [model.Definition.EmbeddingOutput];
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount };
        _session = new InferenceSession(model.Path, options);
    }

    /// <summary>The image of the input.</summary>
    public RgbImage Image { get; }

    public float Run()
    {
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, ["input"], [_input], _outputs);
        return results[0].GetTensorDataAsSpan<float>()[0];
    }

    public void Dispose()
    {
        _session.Dispose();
        _input.Dispose();
    }
}
