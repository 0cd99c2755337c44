using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.Reporting;

namespace Pipeline.Tests.Functions;

/// <summary>The files of the gallery, as they are in the app.</summary>
public partial class GalleryTests
{
    private readonly StaticFiles _files = new("gallery");

    [Fact]
    public void No_path_is_the_page_and_every_file_has_a_type_and_a_version()
    {
        Assert.True(_files.TryFind(null, out StaticFile? page));
        Assert.True(_files.TryFind("", out StaticFile? same));
        Assert.True(_files.TryFind("index.html", out StaticFile? named));

        Assert.Same(page, same);
        Assert.Same(page, named);
        Assert.Equal("text/html; charset=utf-8", page.ContentType);
        Assert.Contains("views/search.js", _files.Paths);
        Assert.All(_files.Paths, path =>
        {
            Assert.True(_files.TryFind(path, out StaticFile? file));
            Assert.NotEmpty(file.Content);
            Assert.Matches("^\"[0-9a-f]{16}\"$", file.Tag.ToString());
        });
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../host.json")]
    [InlineData("views/../app.js")]
    [InlineData("views\\search.js")]
    [InlineData("/app.js")]
    [InlineData("App.js")]
    [InlineData("app.js/")]
    [InlineData("app.js\0")]
    [InlineData("%2e%2e/host.json")]
    [InlineData("StaticFiles.cs")]
    [InlineData("views")]
    public void A_path_that_is_no_file_of_the_gallery_finds_nothing(string path) => Assert.False(_files.TryFind(path, out _));

    [Fact]
    public void A_file_of_a_kind_without_a_type_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => StaticFile.Of("gallery/font.woff2", [1]));

    [Fact]
    public void Every_file_that_another_one_names_is_there()
    {
        foreach (string path in _files.Paths)
        {
            var origin = new Uri($"http://gallery/api/gallery/{path}");
            foreach (Match reference in Reference().Matches(TextOf(path)))
            {
                var target = new Uri(origin, reference.Groups["path"].Value);
                Assert.True(
                    _files.TryFind(target.AbsolutePath["/api/gallery/".Length..], out _),
                    $"{path} names {reference.Groups["path"].Value}, which is not there.");
            }
        }
    }

    [Fact]
    public void The_policy_allows_no_script_or_style_in_the_page_and_the_page_has_none()
    {
        Assert.DoesNotContain("unsafe", ShowGallery.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Contains($"style-src 'self' {ReportStyle.Source};", ShowGallery.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", TextOf("index.html"));
    }

    [Theory]
    [InlineData("innerHTML")]
    [InlineData("outerHTML")]
    [InlineData("insertAdjacentHTML")]
    [InlineData("document.write")]
    [InlineData("eval(")]
    [InlineData("new Function")]
    public void No_script_turns_text_into_markup_or_code(string call) => Assert.All(
        _files.Paths.Where(path => path.EndsWith(".js", StringComparison.Ordinal)),
        path => Assert.DoesNotContain(call, TextOf(path), StringComparison.Ordinal));

    [Fact]
    public void No_file_has_more_than_250_lines() => Assert.All(
        _files.Paths, path => Assert.InRange(TextOf(path).Split('\n').Length, 1, 251));

    private string TextOf(string path) =>
        _files.TryFind(path, out StaticFile? file) ? Encoding.UTF8.GetString(file.Content) : throw new ArgumentException(path);

    [GeneratedRegex("""(?:from|import\(|href=|src=)\s*["'](?<path>(?:\.{1,2}/|/api/gallery/)[^"']+\.\w+)["']""")]
    private static partial Regex Reference();
}
