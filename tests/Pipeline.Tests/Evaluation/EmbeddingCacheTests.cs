using Pipeline.Evaluation;
using Pipeline.Models;
using Pipeline.Tests.Search;

namespace Pipeline.Tests.Evaluation;

public sealed class EmbeddingCacheTests : IDisposable
{
    private static readonly InstalledModel Model =
        IndexedStorage.Model with { Definition = ModelCatalogue.Default().Models[0] with { EmbeddingLength = 3 } };

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-embeddings-").FullName;

    private string File => Assert.Single(Directory.GetFiles(_folder));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_added_is_found_after_the_file_is_opened_again()
    {
        Fill();

        using EmbeddingCache again = EmbeddingCache.Open(_folder, Model);
        Assert.Equal<IEnumerable<float>?>([1, 2, 3], again.Find("a", ""));
        Assert.Equal<IEnumerable<float>?>([4, 5, 6], again.Find("a", "mirror"));
        Assert.Null(again.Find("b", ""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(39)]
    public void A_record_that_an_interruption_cut_off_is_dropped_and_can_be_added_again(int missing)
    {
        Fill();
        using (FileStream file = System.IO.File.OpenWrite(File))
        {
            file.SetLength(file.Length - missing);
        }

        using (EmbeddingCache again = EmbeddingCache.Open(_folder, Model))
        {
            Assert.Equal<IEnumerable<float>?>([1, 2, 3], again.Find("a", ""));
            Assert.Null(again.Find("a", "mirror"));
            again.Add("a", "mirror", [7, 8, 9]);
        }

        using EmbeddingCache third = EmbeddingCache.Open(_folder, Model);
        Assert.Equal<IEnumerable<float>?>([7, 8, 9], third.Find("a", "mirror"));
    }

    [Fact]
    public void A_record_whose_bytes_have_changed_is_not_used()
    {
        Fill();
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes[^12] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);

        using EmbeddingCache again = EmbeddingCache.Open(_folder, Model);
        Assert.Null(again.Find("a", "mirror"));
        Assert.Equal<IEnumerable<float>?>([1, 2, 3], again.Find("a", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else that is longer than a header")]
    public void Another_file_in_its_place_is_started_over(string content)
    {
        Fill();
        System.IO.File.WriteAllText(File, content);

        Fill();

        using EmbeddingCache again = EmbeddingCache.Open(_folder, Model);
        Assert.Equal<IEnumerable<float>?>([1, 2, 3], again.Find("a", ""));
    }

    [Fact]
    public void Another_model_has_another_file()
    {
        Fill();

        using EmbeddingCache other = EmbeddingCache.Open(_folder, Model with { Fingerprint = new Fingerprint("abcdefabcdef") });
        Assert.Null(other.Find("a", ""));
    }

    [Fact]
    public void A_second_evaluation_of_the_same_folder_is_refused()
    {
        using EmbeddingCache cache = EmbeddingCache.Open(_folder, Model);

        Assert.Throws<IOException>(() => EmbeddingCache.Open(_folder, Model));
    }

    private void Fill()
    {
        using EmbeddingCache cache = EmbeddingCache.Open(_folder, Model);
        cache.Add("a", "", [1, 2, 3]);
        cache.Add("a", "mirror", [4, 5, 6]);
    }
}
