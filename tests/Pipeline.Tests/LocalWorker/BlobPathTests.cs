using Pipeline.LocalWorker.Blobs;

namespace Pipeline.Tests.LocalWorker;

public class BlobPathTests
{
    [Theory]
    [InlineData("vase.jpg", "vase.jpg")]
    [InlineData("2026/11/vase.jpg", "2026/11/vase.jpg")]
    [InlineData("../../etc/passwd", "../../etc/passwd")]
    [InlineData("new\nline", "new\nline")]
    [InlineData("花瓶.jpg", "花瓶.jpg")]
    public void A_token_matches_any_name_slashes_too(string name, string token) =>
        Assert.Equal(token, new BlobPath("images/{name}").Match(name)!["name"]);

    [Fact]
    public void Text_around_a_token_must_be_there()
    {
        var path = new BlobPath("images/{folder}/{name}.jpg");

        Assert.Equal("images", path.Container);
        Assert.Equal(("a", "b"), (path.Match("a/b.jpg")!["folder"], path.Match("a/b.jpg")!["name"]));
        Assert.Null(path.Match("a/b.png"));
        Assert.Null(path.Match("b.jpg"));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("images/")]
    [InlineData("/{name}")]
    public void A_path_without_container_or_pattern_is_refused(string path) =>
        Assert.Contains(path, Assert.Throws<InvalidOperationException>(() => new BlobPath(path)).Message, StringComparison.Ordinal);
}
