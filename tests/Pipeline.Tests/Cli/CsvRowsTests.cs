using CsCheck;
using Pipeline.Cli.Evaluate;
using Pipeline.Reporting;

namespace Pipeline.Tests.Cli;

public class CsvRowsTests
{
    [Theory]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b 2:c|d")]
    [InlineData("a,b\nc,d", "1:a|b 2:c|d")]
    [InlineData("a,b\rc,d\r", "1:a|b 2:c|d")]
    [InlineData("\r\n\r\na,b\r\n", "3:a|b")]
    [InlineData("\"a,1\",\"say \"\"b\"\"\"\n", "1:a,1|say \"b\"")]
    [InlineData("\"a\r\n1\",b\r\nc,d", "1:a\r\n1|b 3:c|d")]
    [InlineData("a,\n,b\n", "1:a| 2:|b")]
    [InlineData("\"\",\"\"", "1:|")]
    [InlineData("", "")]
    public void Rows_are_read_as_RFC_4180_has_them(string text, string rows) => Assert.Equal(
        rows, string.Join(' ', CsvRows.Read(text).Select(row => $"{row.Line}:{string.Join('|', row.Cells)}")));

    [Theory]
    [InlineData("a,b\nc,\"d", "line 2: the quote that opens here is not closed.")]
    [InlineData("a,b\"c\n", "line 1: a quote within 'b\"c'")]
    [InlineData("\"a\nb\"c,d\n", "line 2: after a closing quote comes a comma or the line's end, not 'c'.")]
    public void What_is_malformed_is_named_with_its_line(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => CsvRows.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Char["ab,\"\r\n é"].Array[1, 6].Select(cell => new string(cell)).Array[2].Array[1, 5].Sample(rows =>
        {
            var table = new CsvTable();
            foreach (string[] row in rows)
            {
                table.Add(row);
            }

            Assert.Equal(rows, CsvRows.Read(table.ToString()).Select(row => row.Cells));
        });
}
