using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>The number format of a model's weights (docs/decisions/0009-precision.md has what each costs and saves).</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "float32 is what the field and the catalogue call it.")]
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>All weights float32, as published: the model of the study.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>Kernels of dense layers int8 with a scale for each output and block of 32 inputs, in the file and in memory.</summary>
    [JsonStringEnumMemberName("int8Dense")]
    Int8Dense,

    /// <summary>Weights and activations int8 wherever the runtime has such a kernel; offered for a model for which it was measured.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}
