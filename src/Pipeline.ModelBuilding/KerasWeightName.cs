namespace Pipeline.ModelBuilding;

/// <summary>
/// Finds a layer's arrays by the names that Keras gives them. Newer files: <c>conv1_conv/kernel:0</c>; files from the time of Theano:
/// <c>block1_conv1_W_1:0</c>. If no name is recognised, Keras' order within a layer is used: kernel, bias; or gamma, beta, moving mean,
/// moving variance.
/// </summary>
internal static class KerasWeightName
{
    private static readonly string[][] Orders = [["kernel", "bias"], ["gamma", "beta", "moving_mean", "moving_variance"]];

    /// <summary>Picks an array out of a layer's list.</summary>
    /// <param name="names">The layer's <c>weight_names</c>.</param>
    /// <param name="layer">The layer as the file calls it.</param>
    /// <param name="weight">The weight as <see cref="IWeightSource"/> calls it.</param>
    /// <returns>Its name in the file; null if the layer has none.</returns>
    public static string? Find(IReadOnlyList<string> names, string layer, string weight)
    {
        string?[] kinds = [.. names.Select(name => KindOf(name, layer))];
        int index = Array.IndexOf(kinds, weight);
        if (index < 0 && kinds.All(name => name is null))
        {
            string[]? order = Array.Find(Orders, order => order.Length == names.Count);
            index = order is null ? -1 : Array.IndexOf(order, weight);
        }

        return index < 0 ? null : names[index];
    }

    private static string? KindOf(string name, string layer)
    {
        string last = name[(name.LastIndexOf('/') + 1)..].Split(':')[0];
        if (last.StartsWith($"{layer}_", StringComparison.Ordinal))
        {
            last = last[(layer.Length + 1)..];
        }

        // Saving a model that was loaded adds _1.
        return last.TrimEnd("0123456789".ToCharArray()).TrimEnd('_') switch
        {
            "kernel" or "W" => "kernel",
            "bias" or "b" => "bias",
            "gamma" => "gamma",
            "beta" => "beta",
            "moving_mean" or "running_mean" => "moving_mean",
            "moving_variance" or "running_std" => "moving_variance",
            _ => null,
        };
    }
}
