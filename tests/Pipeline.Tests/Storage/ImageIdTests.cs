using CsCheck;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class ImageIdTests
{
    // The key was computed with: printf 'images/vase.jpg' | sha256sum
    [Fact]
    public void The_key_is_the_SHA_256_of_container_slash_name() => Assert.Equal(
        "23c5e17b6080725443bc684cb699c1a40c9ae86d85fdb355202efc25986752a3", new ImageId("images", "vase.jpg").Key);

    [Fact]
    public void Every_name_gives_a_key_that_a_table_takes() => Gen.String[1, 1024].Sample(name =>
        Assert.Matches("^[0-9a-f]{64}$", new ImageId("images", name).Key));

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a", "A")]
    [InlineData("a", "a ")]
    [InlineData("é", "e\u0301")]
    public void Names_that_storage_tells_apart_have_different_keys(string one, string other) =>
        Assert.NotEqual(new ImageId("images", one).Key, new ImageId("images", other).Key);

    [Fact]
    public void A_name_of_1025_characters_is_refused()
    {
        Assert.Equal(1024, new ImageId("images", new string('a', 1024)).Name.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageId("images", new string('a', 1025)));
        Assert.Throws<ArgumentException>(() => new ImageId("images", ""));
    }
}
