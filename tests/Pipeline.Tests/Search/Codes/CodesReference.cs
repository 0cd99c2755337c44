using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Tests.Search.Codes;

/// <summary>What tests/reference/rabitq.py computed by NumPy.</summary>
internal static class CodesReference
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Case> Cases { get; } = JsonSerializer.Deserialize<File>(
        System.IO.File.ReadAllText(Repository.Path("tests", "reference", "fixtures", "rabitq.json")), Json)!.Cases;

    public static T[] Numbers<T>(byte[] bytes)
        where T : struct => MemoryMarshal.Cast<byte, T>(bytes).ToArray();

    /// <param name="Dimension">Length of the vectors.</param>
    /// <param name="Seed">Of the rotation.</param>
    /// <param name="Count">How many vectors.</param>
    /// <param name="Vectors">float[count, dimension].</param>
    /// <param name="Queries">float[3, dimension]; the first is the first vector.</param>
    /// <param name="Centre">float[dimension].</param>
    /// <param name="Signs">byte[3 * padded]: 1 for minus.</param>
    /// <param name="Rotated">double[padded]: the first vector minus the centre, rotated.</param>
    /// <param name="Bits">ulong[count, padded / 64].</param>
    /// <param name="Norms">double[count].</param>
    /// <param name="Stretches">double[count].</param>
    /// <param name="Estimates">double[3, count].</param>
    public sealed record Case(
        int Dimension,
        ulong Seed,
        int Count,
        byte[] Vectors,
        byte[] Queries,
        byte[] Centre,
        byte[] Signs,
        byte[] Rotated,
        byte[] Bits,
        byte[] Norms,
        byte[] Stretches,
        byte[] Estimates);

    private sealed record File(Case[] Cases);
}
