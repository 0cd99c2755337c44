using System.Text;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class PredictionTests
{
    private static readonly ClassIndex Four = ClassIndex.Read(
        new MemoryStream("""{ "0": ["n0", "zero"], "1": ["n1", "one"], "2": ["n2", "two"], "3": ["n3", "three"] }"""u8.ToArray()), "index");

    [Fact]
    public void The_most_probable_come_first_with_their_names() => Assert.Equal(
        [new Prediction(2, "n2", "two", 0.5f), new Prediction(0, "n0", "zero", 0.3f)],
        Predictor.Top([0.3f, 0.1f, 0.5f, 0.1f], Four, 2));

    [Fact]
    public void Of_equal_probabilities_the_lower_number_comes_first() => Assert.Equal(
        [1, 3, 0, 2], Predictor.Top([0.1f, 0.4f, 0.1f, 0.4f], Four, 4).Select(prediction => prediction.Class));

    [Fact]
    public void More_than_there_are_classes_gives_all() => Assert.Equal(4, Predictor.Top([0.1f, 0.4f, 0.1f, 0.4f], Four, 100).Count);

    [Fact]
    public void Without_an_index_there_are_numbers_and_no_names() =>
        Assert.Equal([new Prediction(1, null, null, 0.75f)], Predictor.Top([0.25f, 0.75f], null, 1));

    [Fact]
    public void An_index_of_another_number_of_classes_is_refused_with_both_numbers()
    {
        string message = Assert.Throws<InvalidDataException>(() => Predictor.Top([0.25f, 0.75f], Four, 1)).Message;

        Assert.Contains("names 4 classes, but the model predicts 2", message, StringComparison.Ordinal);
        Assert.Contains("./pipeline models pull --force", message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_class_at_all_cannot_be_asked_for() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Predictor.Top([0.25f, 0.75f], null, 0));

    [Theory]
    [InlineData("tench", "cannot be read")]
    [InlineData("""{ "0": "tench" }""", "cannot be read")]
    [InlineData("""{ "0": ["n01440764"] }""", "no identifier and label for class 0")]
    [InlineData("""{ "0": ["n01440764", null] }""", "no identifier and label for class 0")]
    [InlineData("""{ "0": ["n01440764", "tench"], "2": ["n01484850", "great_white_shark"] }""", "no identifier and label for class 1")]
    [InlineData("{}", "has no class")]
    [InlineData("null", "has no class")]
    public void A_malformed_index_is_refused_by_name_with_what_to_do(string json, string error)
    {
        string message = Assert.Throws<InvalidDataException>(
            () => ClassIndex.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "imagenet_class_index.json")).Message;

        Assert.StartsWith("'imagenet_class_index.json'", message, StringComparison.Ordinal);
        Assert.Contains(error, message, StringComparison.Ordinal);
        Assert.EndsWith("./pipeline models pull --force", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_an_index_has_none() => Assert.Null(ClassIndex.Find(Path.GetTempPath()));
}
