using Azure;
using CsCheck;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Tests.Storage.Tags;

public class TagTableTests
{
    private static readonly ImageId Image = new("images", "a/b.jpg");

    private readonly InMemoryTables _tables = new();
    private readonly ChangeLog _log;
    private readonly TagTable _table;

    public TagTableTests()
    {
        _log = new ChangeLog(new PipelineTables(_tables), TimeProvider.System);
        _table = new TagTable(new PipelineTables(_tables), _log);
    }

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tags_are_kept_and_each_change_is_in_the_log()
    {
        await SetAsync("a", "b");
        await SetAsync("b");

        Assert.Equal(["b"], (await _table.FindAsync(Image.Key, CancellationToken))!.Tags);
        Assert.Equal(2, _tables.Changes.Rows.Count(row => row.PartitionKey == ChangeLog.OfTags && row.GetString("Key") == Image.Key));
    }

    [Fact]
    public async Task An_image_without_tags_has_no_row()
    {
        await SetAsync();
        Assert.Empty(_tables.Tags.Rows);

        await SetAsync("a");
        await SetAsync();

        Assert.Empty(_tables.Tags.Rows);
        Assert.Null(await _table.FindAsync(Image.Key, CancellationToken));
    }

    [Fact]
    public async Task A_change_that_another_writer_overtook_is_made_of_what_is_there_then()
    {
        await SetAsync("a");
        bool once = true;
        await _table.ChangeAsync(
            Image,
            row =>
            {
                if (once)
                {
                    once = false;
                    _table.ChangeAsync(Image, other => other with { Tags = [.. other.Tags, "other"] }, CancellationToken).Wait();
                }

                return row with { Tags = [.. row.Tags, "own"] };
            },
            CancellationToken);

        Assert.Equal(["a", "other", "own"], (await _table.FindAsync(Image.Key, CancellationToken))!.Tags);
    }

    [Fact]
    public async Task A_row_that_was_written_after_the_image_was_looked_for_is_not_removed()
    {
        await SetAsync("a");
        ETag version = (await _table.FindVersionAsync(Image, CancellationToken))!.Value;
        await SetAsync("b");

        await _table.RemoveAsync(Image, version, CancellationToken);
        Assert.Single(_tables.Tags.Rows);
        await _table.RemoveAsync(Image, (await _table.FindVersionAsync(Image, CancellationToken))!.Value, CancellationToken);

        Assert.Empty(_tables.Tags.Rows);
    }

    [Fact]
    public async Task A_row_of_another_kind_counts_as_none()
    {
        await SetAsync("a");
        _tables.Tags.Rows[0]["Name"] = "another.jpg";
        await _tables.GetTableClient("Tags").UpdateEntityAsync(_tables.Tags.Rows[0], ETag.All, cancellationToken: CancellationToken);

        TaggedImage? read = await _table.FindAsync(Image.Key, CancellationToken);

        Assert.True(read is null || read.Id == Image);
    }

    [Fact]
    public void What_changes_at_the_blob_is_done_to_the_tags_and_nothing_else()
    {
        Gen<string[]> tags = Gen.Char['a', 'e'].Array[0, 4].Select(drawn => (string[])[.. drawn.Distinct().Order().Select(c => $"{c}")]);
        Gen.Select(tags, tags, tags).Sample((own, before, now) =>
        {
            TaggedImage adopted = new TaggedImage(Image, own) { OfBlob = before }.Adopt(now);

            foreach (string tag in (string[])["a", "b", "c", "d", "e"])
            {
                bool isExpected = now.Contains(tag) == before.Contains(tag) ? own.Contains(tag) : now.Contains(tag);
                Assert.Equal(isExpected, adopted.Tags.Contains(tag));
            }

            Assert.Equal(now, adopted.OfBlob);
            Assert.Equal(adopted.Tags, adopted.Adopt(now).Tags);
        });
    }

    [Fact]
    public void Where_they_would_be_too_many_those_that_were_there_stay()
    {
        string[] own = [.. Enumerable.Range(0, TagList.MaxCount).Select(i => $"z{i:d2}")];

        Assert.Equal(own, new TaggedImage(Image, own).Adopt(["a"]).Tags);
    }

    private Task<TaggedImage> SetAsync(params string[] tags) =>
        _table.ChangeAsync(Image, row => row with { Tags = tags }, CancellationToken);
}
