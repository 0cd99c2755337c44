using CsCheck;
using Pipeline.LocalHost.Events;

namespace Pipeline.Tests.LocalHost;

public class KnownBlobsTests
{
    [Fact]
    public void A_new_or_overwritten_blob_is_not_known_until_it_was_reported()
    {
        var known = Known(new() { ["a"] = "1" });
        known.BeginPass();

        Assert.True(known.See("a", "1"));
        Assert.False(known.See("b", "1"));
        Assert.False(known.Changed);

        known.Remember("b", "1");
        Assert.True(known.Changed);
        Assert.True(known.See("b", "1"));
        Assert.False(known.See("b", "2"));
        Assert.Equal(["1", "1"], known.Versions().Values.Select(version => version.ETag));
        Assert.False(known.Changed);
    }

    [Fact]
    public void Only_blobs_that_a_complete_pass_did_not_list_are_missing()
    {
        var known = Known(new() { ["a"] = "1", ["b"] = "1", ["A"] = "1" });
        known.BeginPass();
        known.See("a", "1");

        // Overwritten, and its event could not be sent: it is still there.
        known.See("b", "2");
        Assert.Equal(["A"], known.Missing());

        known.Forget("A");
        Assert.Empty(known.Missing());
        known.BeginPass();
        Assert.False(known.See("b", "2"));
        Assert.Equal(["a"], known.Missing());
    }

    [Fact]
    public void Whatever_happens_between_two_passes_each_difference_is_reported_once() =>
        Gen.Select(Gen.Int[0, 3].Array[12], Gen.Int[0, 3].Array[12]).Sample((first, second) =>
        {
            Dictionary<string, string> before = Blobs(first);
            Dictionary<string, string> after = Blobs(second);
            var known = Known(before);
            known.BeginPass();
            string[] written = [.. after.Where(blob => !known.See(blob.Key, blob.Value)).Select(blob => blob.Key)];
            foreach (string name in written)
            {
                known.Remember(name, after[name]);
            }

            string[] deleted = [.. known.Missing()];
            foreach (string name in deleted)
            {
                known.Forget(name);
            }

            Assert.Equal(after.Where(blob => before.GetValueOrDefault(blob.Key) != blob.Value).Select(blob => blob.Key), written);
            Assert.Equal(before.Keys.Except(after.Keys).Order(), deleted.Order());
            Assert.Equal(after.OrderBy(blob => blob.Key), known.Versions().ToDictionary(
                version => version.Key, version => version.Value.ETag).OrderBy(blob => blob.Key));
        });

    private static KnownBlobs Known(Dictionary<string, string> versions) => new(
        versions.ToDictionary(
            version => version.Key, version => new KnownVersion(version.Value, DateTimeOffset.UnixEpoch)), TimeProvider.System);

    /// <summary>Blobs named by their place, with a number as their version; 0 is none.</summary>
    private static Dictionary<string, string> Blobs(int[] versions) => versions
        .Select((version, i) => (Name: $"blob-{i}", Version: version))
        .Where(blob => blob.Version > 0)
        .ToDictionary(blob => blob.Name, blob => $"{blob.Version}");
}
