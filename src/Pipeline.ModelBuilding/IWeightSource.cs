using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>A model's weights by the names and in the layouts of Keras.</summary>
internal interface IWeightSource
{
    /// <summary>Where the weights come from.</summary>
    WeightsOrigin Origin { get; }

    /// <summary>Reads one array of weights.</summary>
    /// <param name="layer">The layer as Keras names it, such as <c>block1_conv1</c>.</param>
    /// <param name="weight">
    /// <c>kernel</c> (HWIO for a convolution, IO for a dense layer), <c>bias</c>, or of a batch normalisation <c>gamma</c>, <c>beta</c>,
    /// <c>moving_mean</c>, <c>moving_variance</c>.
    /// </param>
    /// <param name="shape">The shape that the model needs, in this layout.</param>
    /// <param name="destination">Takes the values, row-major; as long as the product of <paramref name="shape"/>.</param>
    /// <exception cref="InvalidDataException">There is no such array, or it has another shape.</exception>
    void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination);
}
