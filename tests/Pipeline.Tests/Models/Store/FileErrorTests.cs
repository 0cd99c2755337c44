using Pipeline.Models.Store;

namespace Pipeline.Tests.Models.Store;

public class FileErrorTests
{
    [Fact]
    public void A_full_disk_is_known_from_other_errors()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux'.");
        IOException full = Assert.ThrowsAny<IOException>(() => File.WriteAllText("/dev/full", "text"));

        Assert.True(FileError.IsFull(full));
        Assert.False(FileError.IsReadOnly(full));
        Assert.True(FileError.IsOfSystem(full));
        Assert.EndsWith(" Make room on that disk, then run the same command again.", FileError.Describe(full), StringComparison.Ordinal);
    }

    [Fact]
    public void Content_that_a_reader_does_not_accept_is_no_refusal_of_the_system()
    {
        Assert.False(FileError.IsOfSystem(new IOException("bad content")));
        Assert.False(FileError.IsOfSystem(new EndOfStreamException()));
        Assert.True(FileError.IsOfSystem(Assert.Throws<FileNotFoundException>(() => File.OpenRead(Path.GetRandomFileName()))));
        Assert.Equal("bad content.", FileError.Describe(new IOException("bad content.")));
    }
}
