using System.Text;
using Kindred.Data.Text;

namespace Kindred.Tests.Text;

public sealed class TokenizerTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-text-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly string[] special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    static string[] Pieces(string text, params string[] vocabulary)
    {
        string[] all = [.. special, .. vocabulary];
        return [.. new WordPieceTokenizer(all).Encode(text, 64)[1..^1].Select(i => all[i])];
    }

    [Theory]
    // The examples of the authors' own tests (google-research/bert, tokenization_test.py).
    [InlineData(" \tHeLLo!how  \n Are yoU?  ", "hello ! how are you ?")]
    [InlineData("H\u00E9llo", "hello")]
    [InlineData("H\u0065\u0301llo", "hello")]
    [InlineData("ah\u535A\u63A8zz", "ah \u535A \u63A8 zz")]
    [InlineData("It costs $3.50, 20%+", "it costs $ 3 . 50 , 20 % +")]
    [InlineData("\u1E9E \u00C5ngstr\u00F6m \u0399\u03CE", "\u00DF angstrom \u03B9\u03C9")]
    [InlineData("a\u200Bb\u0000c\uFFFD d\u00A0e", "abc d e")]
    [InlineData("", "")]
    public void Text_is_cleaned_and_split_as_BERT_does(string text, string expected) => Assert.Equal(expected, string.Join(' ', BertWords.Split(text)));

    [Fact]
    public void The_longest_piece_comes_first_and_a_word_with_a_strange_part_is_unknown()
    {
        // The authors' WordpieceTokenizer test.
        string[] vocabulary = ["want", "##want", "##ed", "wa", "un", "runn", "##ing"];
        Assert.Equal(["un", "##want", "##ed", "runn", "##ing"], Pieces("unwanted running", vocabulary));
        Assert.Equal(["[UNK]", "runn", "##ing"], Pieces("unwantedX running", vocabulary));
        Assert.Equal(["un", "##want", "##ed", ",", "runn", "##ing"], Pieces("UNwant\u00E9d,running", [.. vocabulary, ","]));
        Assert.Equal(["$", "[UNK]"], Pieces("$ 7", "$"));
    }

    [Fact]
    public void A_sentence_is_framed_cut_and_never_empty()
    {
        var tokenizer = new WordPieceTokenizer([.. special, "a", "b"]);
        Assert.Equal([2, 5, 6, 5, 3], tokenizer.Encode("a b a", 64));
        Assert.Equal([2, 5, 6, 3], tokenizer.Encode("a b a", 4));
        Assert.Equal([2, 3], tokenizer.Encode("", 4));
    }

    [Fact]
    public void A_vocabulary_that_is_learnt_has_the_pieces_that_occur_most_and_cuts_every_word_of_its_corpus()
    {
        // Sennrich et al., Table 1 / Algorithm 1: of low, lower, newest, widest the ends "est" and "low" come first.
        string[] corpus = [.. Enumerable.Repeat("low", 5), .. Enumerable.Repeat("lower", 2), .. Enumerable.Repeat("newest", 6), .. Enumerable.Repeat("widest", 3)];
        var vocabulary = WordPieceTraining.Learn(corpus, 27);
        Assert.Equal(special, vocabulary.Take(5));
        string[] letters = ["##d", "##e", "##i", "##o", "##r", "##s", "##t", "##w", "l", "n", "w"];
        Assert.Equal(letters, vocabulary.Skip(5).Take(11));
        // What a slow program gives that counts all pairs anew each time.
        Assert.Equal(["##es", "##est", "##ow", "low", "##ew", "##ewest", "newest", "##dest", "##idest", "widest", "##er"], vocabulary.Skip(16));
        Assert.Equal(vocabulary, WordPieceTraining.Learn(corpus.Reverse(), 27));
        var tokenizer = new WordPieceTokenizer(vocabulary);
        Assert.All(corpus, word => Assert.DoesNotContain(1, tokenizer.Encode(word, 32)));
        Assert.Contains("take 16 at least", Assert.Throws<ConfigurationException>(() => WordPieceTraining.Learn(corpus, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_vocabulary_is_read_again_and_a_damaged_one_refused_with_file_and_line()
    {
        new WordPieceTokenizer([.. special, "a"]).Save(folder);
        Assert.True(Tokenizer.Read(folder).Same(new WordPieceTokenizer([.. special, "a"])));
        Assert.False(Tokenizer.Read(folder).Same(new WordPieceTokenizer([.. special, "b"])));
        var file = Path.Combine(folder, "vocab.txt");
        File.WriteAllText(file, "a\nb\n");
        Assert.Contains("[PAD] is missing", Assert.Throws<DataException>(() => Tokenizer.Read(file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, string.Join('\n', special) + "\nx\nx\n");
        Assert.Contains("line 7: the token 'x' stands in line 6", Assert.Throws<DataException>(() => Tokenizer.Read(file)).Message, StringComparison.Ordinal);
        Assert.Contains("no vocabulary there", Assert.Throws<DataException>(() => Tokenizer.Read(Path.Combine(folder, "none"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1, 2]", "a b", "vocab.json is a list of 2, and an object was expected")]
    [InlineData("{\"a\": {\"b\": 1}}", "a b", "'a' is an object, and a whole number was expected")]
    [InlineData("{\"a\": 1.5}", "a b", "'a' is 1.5, and a whole number was expected")]
    [InlineData("{\"a\": null}", "a b", "'a' is null, and a whole number was expected")]
    [InlineData("{\"a\": 0, \"a\": 1}", "a b", "the key 'a' stands there twice")]
    [InlineData("{\"a\": 0, \"b\": 0}", "a b", "'a' and 'b' have the same number, 0")]
    [InlineData("{\"a\": 0, \"b\": 7}", "a b", "'b' has the number 7")]
    [InlineData("{}", "a b", "holds no token")]
    [InlineData("", "a b", "vocab.json is empty")]
    [InlineData("{\"a\": 0, \"b\": 1, \"ab\": 2}", "#version: 0.2\na b\na c", "merges.txt, line 3: vocab.json has no token 'c'")]
    [InlineData("{\"a\": 0, \"b\": 1, \"ab\": 2}", "a b b", "merges.txt, line 1: two tokens with a blank")]
    [InlineData("{\"a\": 0, \"b\": 1, \"ab\": 2}", "a b\na b", "merges.txt, line 2: the rule 'a b' stands in line 1 already")]
    public void A_damaged_vocabulary_of_byte_pairs_is_refused_with_file_and_place(string vocabulary, string merges, string said)
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocabulary);
        File.WriteAllText(Path.Combine(folder, "merges.txt"), merges);
        var message = Assert.Throws<DataException>(() => Tokenizer.Read(folder)).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotMatch("System|Dictionary|Int32", message);
    }

    [Fact]
    public void A_damaged_model_of_pieces_is_refused_without_words_of_its_reader()
    {
        var file = Path.Combine(folder, "spiece.model");
        foreach (var bytes in new byte[][] { [], [.. "hello"u8], [0x0A, 0x10, 0x0A, 0x05, .. "<unk>"u8], [.. Enumerable.Range(0, 256).Select(i => (byte)i)] })
        {
            File.WriteAllBytes(file, bytes);
            Assert.StartsWith($"{file} is no SentencePiece model", Assert.Throws<DataException>(() => Tokenizer.Read(file)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Byte_level_BPE_follows_its_merges_and_keeps_blanks_with_their_words()
    {
        string[] tokens = ["<s>", "<pad>", "</s>", "l", "o", "w", "\u0120", "lo", "low", "\u0120low", "\u0120l"];
        File.WriteAllText(Path.Combine(folder, "vocab.json"), "{" + string.Join(',', tokens.Select((t, i) => $"\"{t}\":{i}")) + "}");
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\nl o\nlo w\n\u0120 low\n");
        var tokenizer = Tokenizer.Read(folder);
        Assert.Equal(11, tokenizer.Count);
        Assert.Equal([0, 8, 9, 2], tokenizer.Encode("low low", 16));
        Assert.Equal([0, 8, 2], tokenizer.Encode("low low", 3));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), "{\"a\": 7}");
        Assert.Throws<DataException>(() => Tokenizer.Read(folder));
        File.WriteAllText(Path.Combine(folder, "vocab.json"), "[");
        Assert.Throws<DataException>(() => Tokenizer.Read(folder));
        File.WriteAllBytes(Path.Combine(folder, "x.model"), Encoding.UTF8.GetBytes("no model"));
        Assert.Throws<DataException>(() => Tokenizer.Read(Path.Combine(folder, "x.model")));
    }

    static string References => Path.Combine(Repository.Root, "tests", "Kindred.Tests", "Text", "References");

    [Theory]
    [InlineData("unigram.model", 1)]
    [InlineData("bpe.model", 2)]
    [InlineData("vocab.json", 3)]
    public void Sentences_are_cut_as_another_program_cuts_them(string file, int column)
    {
        var tokenizer = Tokenizer.Read(Path.Combine(References, file));
        var rows = File.ReadLines(Path.Combine(References, "pieces.tsv")).Select(l => l.Split('\t')).ToArray();
        Assert.Equal(67, rows.Length);
        foreach (var row in rows)
        {
            Assert.Equal(row[column], string.Join(' ', tokenizer.Pieces(row[0])));
            int[] framed = tokenizer.Encode(row[0], 512);
            Assert.Equal(tokenizer.End, framed[^1]);
            Assert.Equal(tokenizer.Pieces(row[0]), framed[(column == 3 ? 1 : 0)..^1]);
        }
    }

    [Fact]
    public void Pieces_are_put_together_again()
    {
        foreach (var file in (string[])["unigram.model", "bpe.model", "vocab.json"])
        {
            var tokenizer = Tokenizer.Read(Path.Combine(References, file));
            const string sentence = "Dogs chase cats, and avoid cars.";
            Assert.Equal(sentence, tokenizer.Text([.. tokenizer.Pieces(sentence), tokenizer.End]));
        }
        Assert.Equal("\u00FCber \u4F60", Tokenizer.Read(Path.Combine(References, "vocab.json")) is var bytes ? bytes.Text(bytes.Pieces("\u00FCber \u4F60")) : "");
        var words = new WordPieceTokenizer([.. special, "run", "##ning", "dog", "##s", ","]);
        Assert.Equal([7, 8, 9, 5, 6], words.Pieces("dogs, running"));
        Assert.Equal("dogs , running", words.Text([2, .. words.Pieces("dogs, running"), 3, 0]));
        Assert.Equal(3, words.End);
        Assert.Equal(2000, words.Pieces(string.Concat(Enumerable.Repeat("dog ", 2000))).Length);                // longer than any limit
    }

    [Fact]
    public void A_model_without_a_beginning_of_sentence_is_read_as_T5_s_is()
    {
        var tokenizer = Tokenizer.Read(Path.Combine(References, "unigram.model"));
        Assert.Equal((400, 1), (tokenizer.Count, tokenizer.End));
        tokenizer.Save(folder);
        Assert.True(Tokenizer.Read(folder).Same(tokenizer));
        Assert.Equal(File.ReadAllBytes(Path.Combine(References, "unigram.model")), File.ReadAllBytes(Path.Combine(folder, "tokenizer.model")));
        // What strange letters in a row become: one unknown piece.
        Assert.Equal(tokenizer.Pieces("\u4F60"), tokenizer.Pieces("\u4F60\u597D\u4F60"));
    }
}
