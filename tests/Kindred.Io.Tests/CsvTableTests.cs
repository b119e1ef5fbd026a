using System.Text;
using Kindred.Io.Csv;

namespace Kindred.Io.Tests;

public sealed class CsvTableTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string[][] Read(string text, string name = "t.csv") => [.. Open(Encoding.UTF8.GetBytes(text), name).Rows().Select(row => row.Cells)];

    CsvTable Open(byte[] bytes, string name = "t.csv")
    {
        File.WriteAllBytes(folder.File(name), bytes);
        return CsvTable.Open(folder.File(name));
    }

    [Theory]
    [InlineData("a,b\nc,d\n"), InlineData("a,b\r\nc,d"), InlineData("a;b\nc;d\n"), InlineData("a\tb\nc\td\n"), InlineData("\n\na,b\n\n\nc,d\n\n")]
    [InlineData("\"a\",\"b\"\n\"c\",d\n"), InlineData(" a , b \n c,\"d\" \n"), InlineData("\uFEFFa,b\nc,d\n")]
    public void One_table_may_be_written_in_many_ways(string text) => Assert.Equal([["a", "b"], ["c", "d"]], Read(text));

    [Fact]
    public void Encodings_with_a_mark_are_known()
    {
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.Equal([["ä", "🦊"]], Open([.. encoding.GetPreamble(), .. encoding.GetBytes("ä,🦊\n")]).Rows().Select(row => row.Cells));
    }

    [Fact]
    public void Lines_are_counted_through_quoted_breaks_and_empty_lines()
    {
        var table = Open("a,\"x\ny\"\n\n\"b\r\n\r\n\",2\r\nc,3"u8.ToArray());
        Assert.Equal([1, 4, 7], table.Rows().Select(row => row.Line));
        Assert.Equal("x\ny", table.Rows().First().Cells[1]);
        Assert.Equal([false, true], table.Rows().First().Quoted);
    }

    [Theory]
    [InlineData("a,b\nc\n", "line 2: 1 cell, unlike line 1 with 2")]
    [InlineData("a,b\n\nc,d,e\n", "line 3: 3 cells")]
    [InlineData("a,b\nc,\"d\n", "line 2: a quote that does not end")]
    [InlineData("a,b\nc,\"d\"e\n", "line 2: text behind a closing quote")]
    [InlineData("a,b\nc,d\"e\"\n", "line 2: a quote inside a cell")]
    [InlineData("a,5\" disk\nb,6\" disk\n", "line 1: a quote inside a cell")]
    [InlineData("a,b\0\n", "zero byte at 3")]
    public void What_is_no_table_is_refused_by_its_line(string text, string words) =>
        Assert.Contains(words, Assert.Throws<DataException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_separator_is_the_one_that_divides_evenly()
    {
        Assert.Equal(';', Open("1,5;2,5\n3,5;4,5\n"u8.ToArray()).Separator);
        Assert.Equal(',', Open("a;b,c\nd,e\n"u8.ToArray()).Separator);
        Assert.Equal(',', Open("/x;y/1,c\n/x;y/2,d\n"u8.ToArray()).Separator);
        Assert.Equal('\t', Open("a, b\tc\nd, e\tf\n"u8.ToArray()).Separator);
        Assert.Equal('\t', Open("a,b\nc,d\n"u8.ToArray(), "t.tsv").Separator);
        Assert.Equal([["a,b"], ["c,d"]], Read("a,b\nc,d\n", "t.tsv"));
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        string[][] rows = [["a", "b,c", "d;e"], ["\"q\"", "new\nline", "tab\there"], [" lead", "trail ", ""], ["ä\r\n", "=1", "'"]];
        Assert.Equal(rows, Read(string.Concat(rows.Select(CsvText.Row))));
        Assert.Equal("'=1", CsvText.SafeCell("=1"));
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_told()
    {
        Assert.Contains("no such file", Assert.Throws<DataException>(() => CsvTable.Open(folder.File("none.csv"))).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => CsvTable.Open(Path.GetTempPath()));
        Assert.Empty(Open([]).Rows());
    }

    [Fact]
    public void A_long_row_and_an_endless_quote_are_read_or_refused()
    {
        var wide = string.Join(',', Enumerable.Range(0, 100_000));
        Assert.Equal(100_000, Read(wide + "\n" + wide)[1].Length);
        foreach (var before in new[] { "", "a,b\n" })
            Assert.Throws<DataException>(() => Read(before + "a,\"" + new string('x', 20_000_000) + "\n"));
    }

    [Theory]
    [InlineData("path,label\n\"a, 1\",\"x\ny\"\r\nb,\"\"\"q\"\"\"\n\nc,d\n"), InlineData("1;2,5;3\n4;5,5;6\n"), InlineData("a\tb\n\"c\"\td\n")]
    public void A_mutated_table_is_read_or_refused(string text) => Mutation.Run(new Random(7), Encoding.UTF8.GetBytes(text), 3000, bytes =>
    {
        var width = 0;
        foreach (var row in Open(bytes).Rows())
        {
            width = width == 0 ? row.Cells.Length : width;
            Assert.Equal(width, row.Cells.Length);
            Assert.True(row.Line >= 1);
        }
    });
}
