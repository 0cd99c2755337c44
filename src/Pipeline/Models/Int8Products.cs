using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models;

/// <summary>Whether the processor adds products of bytes without overflow.</summary>
internal static class Int8Products
{
    /// <summary>
    /// False on x64 processors without VNNI (AVX-512's or AVX's): they add two products in 16 bits and cut off what is more. There ONNX
    /// Runtime's option <c>session.x64quantprecision</c> avoids it. Not set elsewhere, because with it a run of ResNet-18 takes 14 ms
    /// instead of 6 on a processor with VNNI.
    /// </summary>
    public static bool AreExact { get; } = !X86Base.IsSupported || HasVnni();

    // CPUID leaf 7: bit 11 of ECX for AVX-512's, and in the next part bit 4 of EAX for AVX's.
    private static bool HasVnni() =>
        (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0;
}
