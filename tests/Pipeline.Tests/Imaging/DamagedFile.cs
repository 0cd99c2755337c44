using System.Text.Json;

namespace Pipeline.Tests.Imaging;

/// <summary>An image of <c>tests/reference/damage.py</c> with one edit, and what Pillow and ImageMagick make of it.</summary>
/// <param name="File">The image.</param>
/// <param name="Operation">"cut", "flip", "write", "insert" or "remove".</param>
/// <param name="Offset">Where.</param>
/// <param name="Value">By what: a mask, bytes in hex, or a number of bytes.</param>
/// <param name="Pillow">"same" pixels, "other" pixels, or "broken".</param>
/// <param name="Magick">The same of ImageMagick, for which a warning is "broken".</param>
public sealed record DamagedFile(string File, string Operation, int Offset, string? Value, string Pillow, string Magick)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static ILookup<string, DamagedFile> All { get; } =
        JsonSerializer.Deserialize<Edited[]>(
            System.IO.File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "damage.json")),
            Json)!
            .SelectMany(file => file.Edits.Select(edit => new DamagedFile(
                file.File, edit[0].GetString()!, edit[1].GetInt32(), edit[2].GetString(), edit[3].GetString()!, edit[4].GetString()!)))
            .ToLookup(edit => edit.File);

    public static byte[] Read(string file) =>
        System.IO.File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "damage", file));

    /// <summary>The bytes with the edit.</summary>
    public byte[] Encoded
    {
        get
        {
            byte[] whole = Read(File);
            byte[] value = Operation is "write" or "insert" ? Bytes(Value!, whole) : [];
            return Operation switch
            {
                "cut" => whole[..Offset],
                "flip" => [.. whole[..Offset], (byte)(whole[Offset] ^ int.Parse(Value!, null)), .. whole[(Offset + 1)..]],
                "write" => [.. whole[..Offset], .. value, .. whole[(Offset + value.Length)..]],
                "insert" => [.. whole[..Offset], .. value, .. whole[Offset..]],
                "remove" => [.. whole[..Offset], .. whole[(Offset + int.Parse(Value!, null))..]],
                _ => throw new InvalidDataException($"There is no operation '{Operation}'."),
            };
        }
    }

    /// <summary>The edit, for messages.</summary>
    public override string ToString() => $"{Operation} {Offset} {Value}: Pillow {Pillow}, ImageMagick {Magick}";

    private static byte[] Bytes(string value, byte[] whole)
    {
        string[] words = value.Split(' ');
        if (words is ["self"])
        {
            return whole;
        }

        byte[] bytes = new byte[int.Parse(words[^1], null)];
        if (words is [var hex, _])
        {
            bytes.AsSpan().Fill(Convert.FromHexString(hex)[0]);
            return bytes;
        }

        long state = long.Parse(words[1], null);
        for (int i = 0; i < bytes.Length; i++)
        {
            state = ((state * 1103515245) + 12345) & 0x7FFFFFFF;
            bytes[i] = (byte)(state >> 16);
        }

        return bytes;
    }

    private sealed record Edited(string File, JsonElement[][] Edits);
}
