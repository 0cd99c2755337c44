using System.Text;
using Pipeline.Indexing.Backfill;

namespace Pipeline.Tests.Indexing.Backfill;

public class BackfillMessageTests
{
    private const int MostInAQueue = 64 * 1024;

    [Theory]
    [InlineData("a.jpg")]
    [InlineData("holiday/花 'and\" so\\n.jpg")]
    [InlineData("\u0001\u2028😀/")]
    public void What_is_written_is_read_again(string name) =>
        Assert.Equal(new BackfillMessage(name, "vgg16"), BackfillMessage.Read(new BackfillMessage(name, "vgg16").Write()));

    [Theory]
    [InlineData("a")]
    [InlineData("花")]
    [InlineData("\u0001")]
    [InlineData("\uD83D\uDE00")]
    public void The_longest_name_of_any_characters_fits_into_a_message(string character)
    {
        string name = string.Concat(Enumerable.Repeat(character, 1024 / character.Length));
        string text = new BackfillMessage(name, "resnet50").Write();

        Assert.Equal(name, BackfillMessage.Read(text).Name);
        Assert.InRange(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Length, 1, MostInAQueue);
    }

    [Theory]
    [InlineData("no JSON", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("""{"name":7,"model":"vgg16"}""", "cannot be read")]
    [InlineData("null", "has no 'name'")]
    [InlineData("{}", "has no 'name'")]
    [InlineData("""{"name":"","model":"vgg16"}""", "has no 'name'")]
    [InlineData("""{"name":"a.jpg"}""", "has no 'model'")]
    [InlineData("""{"name":"a.jpg","model":""}""", "has no 'model'")]
    public void A_message_that_says_no_image_is_refused_with_what_is_expected(string text, string fault)
    {
        string message = Assert.Throws<InvalidDataException>(() => BackfillMessage.Read(text)).Message;

        Assert.StartsWith($"A message about an image to be indexed {fault}", message, StringComparison.Ordinal);
        Assert.Contains("""Expected is {"name":"NAME","model":"MODEL"}""", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_no_image_can_have_is_refused()
    {
        string text = new BackfillMessage(new string('a', 1025), "vgg16").Write();

        Assert.Contains(
            "names an image of 1,025 characters; a name has 1 to 1,024",
            Assert.Throws<InvalidDataException>(() => BackfillMessage.Read(text)).Message,
            StringComparison.Ordinal);
    }
}
