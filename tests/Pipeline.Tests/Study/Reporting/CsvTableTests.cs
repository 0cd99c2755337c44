using System.Text;
using CsCheck;
using Pipeline.Reporting;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Tests.Study.Reporting;

public class CsvTableTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"a\"", "\"say \"\"a\"\"\"")]
    [InlineData("\"", "\"\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("two\rlines", "\"two\rlines\"")]
    [InlineData(" kept ", " kept ")]
    public void Only_what_needs_quotes_gets_them(string cell, string written)
    {
        var table = new CsvTable();
        table.Add(cell, "next");

        Assert.Equal($"{written},next\r\n", table.ToString());
    }

    [Fact]
    public void Whatever_is_in_the_cells_is_read_back() =>
        Gen.OneOf(Gen.String[Gen.Char["a,\"\r\n "], 0, 6], Gen.String).Array[3].Array[1, 4].Sample(rows =>
        {
            var table = new CsvTable();
            foreach (string[] row in rows)
            {
                table.Add(row);
            }

            Assert.Equal(rows, Read(table.ToString()));
        });

    [Fact]
    public void A_study_is_rows_of_six_under_one_heading()
    {
        string[] names = ["a,\"b\"\r\nc", "=1+1", "<b>"];
        List<string[]> rows = Read(Encoding.UTF8.GetString(StudyCsv.Write(SampleStudy.Create(names))));

        Assert.Equal(["section", "subject", "model", "layer", "measure", "value"], rows[0]);
        Assert.All(rows, row => Assert.Equal(6, row.Length));
        Assert.Contains(rows, row => row is ["pictures", "A", "", "", "name", "a,\"b\"\r\nc"]);
        Assert.Contains(rows, row => row is ["pairs", "A-B", "vgg16", "fc2", "cosine", "0.6000000000000001"]);
        Assert.Contains(rows, row => row is ["predictions", "A", "vgg16", "predictions", "probability of vase", "0.9866"]);
        Assert.Contains(rows, row => row is ["robustness", "rotation 30", "resnet50", "avg_pool", "cosine", _]);
        Assert.Equal(
            ["conditions", "pictures", "predictions", "pairs", "augmentations", "separation", "robustness"],
            rows.Skip(1).Select(row => row[0]).Distinct().OrderBy(section => rows.FindIndex(row => row[0] == section)));
        Assert.DoesNotContain(rows, row => row[0] == "published");
    }

    [Fact]
    public void A_repeated_study_has_the_published_figures_too()
    {
        StudyResult published = SampleStudy.Published();
        List<string[]> rows = Read(
            Encoding.UTF8.GetString(StudyCsv.Write(published with { Published = PublishedComparison.Of(published) })));

        Assert.Equal(3 * PublishedFigures.All.Count, rows.Count(row => row[0] == "published"));
        Assert.Contains(rows, row => row is ["published", "vase / vase2", "vgg16", "fc2", "cosine, published", "0.8257"]);
    }

    /// <summary>RFC 4180, read a character at a time.</summary>
    private static List<string[]> Read(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (quoted)
            {
                if (text[i] != '"')
                {
                    cell.Append(text[i]);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (text[i] == '"' && cell.Length == 0)
            {
                quoted = true;
            }
            else if (text[i] is ',' or '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (text[i] == '\r')
                {
                    Assert.Equal('\n', text[++i]);
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
            else
            {
                cell.Append(text[i]);
            }
        }

        Assert.Empty(row);
        return rows;
    }
}
