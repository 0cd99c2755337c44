using System.IO.Hashing;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Search.Tags;

/// <summary>The tags of all images as they were saved, so that a new instance need not read the table.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="Position">Up to where the log of changes is in them.</param>
/// <param name="AgeSeconds">How long before the writing of the file the log was read.</param>
internal sealed record SavedTags(TagSnapshot Tags, LogPosition Position, double AgeSeconds)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tags";

    private const int HashLength = 16;

    /// <summary>Where the file is: among the saved indexes. No model is called so.</summary>
    public static ModelVersion Version { get; } = new("tags", "1");

    // What comes after it is another format as soon as this is another text.
    private static ReadOnlySpan<byte> Begin => "pipeline tags 1\n"u8;

    /// <summary>
    /// The file: a line that says what it is, the XXH3 of what follows (128 bits), and then the position, the sets of tags and the names with
    /// their sets, as <see cref="BinaryWriter"/> writes them.
    /// </summary>
    public BinaryData ToFile()
    {
        using var content = new MemoryStream();
        content.Write(Begin);
        content.Write(new byte[HashLength]);
        using var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true);
        (string[] names, int[] sets, string[][] tagsOfSet) = Tags.ToColumns();
        writer.Write(AgeSeconds);
        writer.Write(Position.Highest?.UtcTicks ?? -1);
        Write(writer, [.. Position.Seen]);
        writer.Write(tagsOfSet.Length);
        Array.ForEach(tagsOfSet, set => Write(writer, set));
        Write(writer, names);
        Array.ForEach(sets, writer.Write7BitEncodedInt);
        writer.Flush();
        Span<byte> file = content.GetBuffer().AsSpan(0, (int)content.Length);
        XxHash128.Hash(file[(Begin.Length + HashLength)..], file.Slice(Begin.Length, HashLength));
        return new BinaryData(content.GetBuffer().AsMemory(0, (int)content.Length));
    }

    /// <summary>Reads the file.</summary>
    /// <returns>Null where it is cut, damaged, or not of this format.</returns>
    public static SavedTags? FromFile(ReadOnlyMemory<byte> file)
    {
        int start = Begin.Length + HashLength;
        if (file.Length < start
            || !file.Span.StartsWith(Begin)
            || !XxHash128.Hash(file.Span[start..]).AsSpan().SequenceEqual(file.Span[Begin.Length..start]))
        {
            return null;
        }

        using var reader = new BinaryReader(BinaryData.FromBytes(file[start..]).ToStream());
        double age = reader.ReadDouble();
        long ticks = reader.ReadInt64();
        var position = new LogPosition(
            ticks < 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero), ReadTexts(reader).ToHashSet(StringComparer.Ordinal));
        string[][] tagsOfSet = new string[reader.ReadInt32()][];
        for (int i = 0; i < tagsOfSet.Length; i++)
        {
            tagsOfSet[i] = ReadTexts(reader);
        }

        string[] names = ReadTexts(reader);
        int[] sets = new int[names.Length];
        for (int i = 0; i < sets.Length; i++)
        {
            sets[i] = reader.Read7BitEncodedInt();
        }

        return new SavedTags(TagSnapshot.Of(names, sets, tagsOfSet), position, age);
    }

    private static void Write(BinaryWriter writer, string[] texts)
    {
        writer.Write(texts.Length);
        Array.ForEach(texts, writer.Write);
    }

    private static string[] ReadTexts(BinaryReader reader)
    {
        string[] texts = new string[reader.ReadInt32()];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return texts;
    }
}
