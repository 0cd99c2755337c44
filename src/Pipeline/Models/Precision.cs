using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Models;

/// <summary>What a network's weights are kept in (docs/decisions/0009-precision.md has what each costs and saves).</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "float32 is what the field and the catalogue call it.")]
public enum Precision
{
    /// <summary>All weights float32, as published: the network of the study.</summary>
    Float32,

    /// <summary>Kernels of dense layers int8 with a scale for each output and block of 32 inputs, in the file and in memory.</summary>
    Int8Dense,
}

/// <summary>The precision as answers name it.</summary>
public static class PrecisionNames
{
    /// <summary><c>float32</c> or <c>int8Dense</c>, as in the catalogue.</summary>
    public static string ToJsonName(this Precision precision) => precision switch
    {
        Precision.Float32 => "float32",
        Precision.Int8Dense => "int8Dense",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Unknown precision."),
    };
}
