using System.Collections.Frozen;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Diagnostics;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>
/// A loaded model. Safe to call from several threads: two runs execute at a time, each on half the processors. A run on all processors
/// waits in each layer for its slowest thread, and because of decoding and storage there always is a slow one (docs/performance.md).
/// </summary>
internal sealed class ModelSession : IDisposable
{
    private const OrtLoggingLevel Silent = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

    private static readonly int Turns = Math.Min(2, Environment.ProcessorCount);

    private readonly InferenceSession _session;
    private readonly FrozenSet<string> _outputs;
    private readonly SemaphoreSlim _turn = new(Turns);
    private int _disposed;

    // ONNX Runtime would write to the process' standard error, in colours and past the command's own messages. What it writes there when a
    // call fails is also the message of the call's exception, which is reported.
    static ModelSession()
    {
        if (!OrtEnv.IsCreated)
        {
            var options = new EnvironmentCreationOptions { logId = "models", logLevel = Silent };
            OrtEnv.CreateInstanceWithOptions(ref options);
        }
    }

    /// <summary>Loads a model, which takes time and memory.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Ends the load early, within tenths of a second.</param>
    /// <exception cref="InvalidDataException">The file is not an ONNX model that this version can run.</exception>
    public ModelSession(InstalledModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = (Environment.ProcessorCount + 1) / 2,
            InterOpNumThreads = 1,
            LogSeverityLevel = Silent,
        };

        // Threads that spin between runs would take processor time from decoding and from the other model.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");

        if (!Int8Products.AreExact)
        {
            options.AddSessionConfigEntry("session.x64quantprecision", "1");
        }

        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration cancel = cancellationToken.Register(() => options.SetLoadCancellationFlag(true));
        try
        {
            _session = new InferenceSession(model.Path, options);
            _outputs = _session.OutputMetadata.Keys.ToFrozenSet(StringComparer.Ordinal);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException(
                $"'{model.Path}' cannot be loaded ({exception.Message}). {InstalledModel.RebuildAdvice}", exception);
        }
    }

    /// <summary>The model.</summary>
    public InstalledModel Model { get; }

    /// <summary>Runs the model up to its embedding output.</summary>
    /// <param name="image">An image of the model's input size.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="ArgumentException">The image has another size.</exception>
    /// <exception cref="InvalidDataException">The output has no direction: every value is zero, or one is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of before the run started.</exception>
    public Task<Embedding> EmbedAsync(RgbImage image, CancellationToken cancellationToken) =>
        EmbedAsync(image, Model.Definition.EmbeddingOutput, cancellationToken);

    /// <summary>Runs the model up to an output, and uses that as the embedding.</summary>
    /// <param name="image">An image of the model's input size.</param>
    /// <param name="output">One of <see cref="InstalledModel.VectorOutputs"/>.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="ArgumentException">The image has another size, or the model has no such output.</exception>
    /// <exception cref="InvalidDataException">The output has no direction: every value is zero, or one is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of before the run started.</exception>
    public async Task<Embedding> EmbedAsync(RgbImage image, string output, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelOutput> outputs = await RunAsync([image], [output], cancellationToken).ConfigureAwait(false);
        Pooling pooling = output == Model.Definition.EmbeddingOutput ? Model.Definition.Pooling : Pooling.None;
        ReadOnlySpan<float> values = PooledOutput.Of(outputs[0], pooling).Span;
        float norm = TensorPrimitives.Norm(values);
        if (norm is not > 0 || !float.IsFinite(norm))
        {
            throw new InvalidDataException($"{Model.Definition.Title} gave no embedding for this image: the norm of '{output}' is {norm}.");
        }

        float[] normalised = new float[values.Length];
        TensorPrimitives.Divide(values, norm, normalised);
        return new Embedding(normalised, norm);
    }

    /// <summary>Runs the model on a batch of images.</summary>
    /// <param name="images">One or more images of the model's input size.</param>
    /// <param name="outputs">The outputs wanted.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <returns>The outputs in the order asked.</returns>
    /// <exception cref="ArgumentException">No image, one of another size, or an output that the model does not have.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of before the run started.</exception>
    public async Task<IReadOnlyList<ModelOutput>> RunAsync(
        IReadOnlyList<RgbImage> images, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentOutOfRangeException.ThrowIfZero(images.Count, nameof(images));
        if (outputs.FirstOrDefault(output => !_outputs.Contains(output)) is { } unknown)
        {
            throw new ArgumentException(
                $"{Model.Definition.Title} has no output '{unknown}'; it has {string.Join(", ", _outputs.Order(StringComparer.Ordinal))}.",
                nameof(outputs));
        }

        using Step.Run measured = Telemetry.Embed.Start("model", Model.Key);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return await Task.Run(() => Run(images, outputs, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the current runs, and frees the model's memory. Waiting and later runs are refused.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // ONNX Runtime does not wait by itself: a run whose session is freed reads freed memory, which crashes the process.
        for (int turn = 0; turn < Turns; turn++)
        {
            _turn.Wait();
        }

        _session.Dispose();

        // Released, not disposed of: runs that still wait get their turn, see that the session is disposed of, and release the turn again.
        _turn.Release(Turns);
    }

    private List<ModelOutput> Run(IReadOnlyList<RgbImage> images, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        int side = Model.Definition.InputSize;
        int length = 3 * side * side;

        // In ONNX Runtime's own memory: an array of this size would be a large object, and each image would cause a collection of the whole
        // heap.
        using OrtValue input = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance,
            TensorElementType.Float,
            Model.Definition.Layout == InputLayout.Nchw ? [images.Count, 3, side, side] : [images.Count, side, side, 3]);
        for (int i = 0; i < images.Count; i++)
        {
            Preprocessing.WriteInput(images[i], Model.Definition, input.GetTensorMutableDataAsSpan<float>().Slice(i * length, length));
        }

        using var options = new RunOptions { LogSeverityLevel = Silent };
        using CancellationTokenRegistration terminate = cancellationToken.Register(() => options.Terminate = true);
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, [Model.Definition.InputName], [input], outputs);
            var list = new List<ModelOutput>(outputs.Count);
            foreach ((string name, OrtValue result) in outputs.Zip(results))
            {
                list.Add(new ModelOutput(name, result.GetTensorTypeAndShape().Shape, result.GetTensorDataAsSpan<float>().ToArray()));
            }

            return list;
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }
}

/// <summary>One output of a model.</summary>
/// <param name="Name">Its name, such as <c>predictions</c> or <c>block1_conv2</c>.</param>
/// <param name="Shape">N, then the output's dimensions: [N, 1000], or [N, C, H, W] of a feature map.</param>
/// <param name="Values">float[product of <paramref name="Shape"/>], row-major.</param>
internal sealed record ModelOutput(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values);
