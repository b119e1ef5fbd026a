using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kindred.Io.Tests;

/// <summary>Spoilt JSON is refused with the file, the place, what stands there and what was expected; never with the words of the reader's insides.</summary>
public sealed class JsonTextTests
{
    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    sealed record Entry(string Name, int Count, double? Share, IReadOnlyList<Entry>? Below = null, IReadOnlyDictionary<string, long>? Sizes = null);

    [Theory]
    [InlineData("", "f.json is empty")]
    [InlineData(" \n ", "f.json is empty")]
    [InlineData("null", "f.json is null, and an object was expected")]
    [InlineData("[1]", "f.json is a list of 1, and an object was expected")]
    [InlineData("{\"name\": \"a\",\n \"count\": 1,}", "f.json, line 2, byte 13 of the line: this is no JSON")]
    [InlineData("{\"name\": 3, \"count\": 1}", "f.json: 'name' is 3, and a text was expected")]
    [InlineData("{\"name\": null, \"count\": 1}", "f.json: 'name' is null, and a text was expected")]
    [InlineData("{\"name\": \"a\"}", "f.json lacks 'count', which is a whole number")]
    [InlineData("{\"name\": \"a\", \"count\": 1.5}", "f.json: 'count' is 1.5, and a whole number was expected")]
    [InlineData("{\"name\": \"a\", \"count\": 99999999999}", "f.json: 'count' is 99999999999, and a whole number was expected")]
    [InlineData("{\"name\": \"a\", \"count\": 1, \"share\": \"x\"}", "f.json: 'share' is \"x\", and a number was expected")]
    [InlineData("{\"name\": \"a\", \"count\": 1, \"count\": 2}", "f.json: the key 'count' stands there twice")]
    [InlineData("{\"name\": \"a\", \"count\": 1, \"below\": [null]}", "f.json: 'below'[0] is null, and an object was expected")]
    [InlineData("{\"name\": \"a\", \"count\": 1, \"below\": [{\"name\": \"b\", \"count\": []}]}", "f.json: 'below'[0].'count' is a list of 0, and a whole number was expected")]
    [InlineData("{\"name\": \"a\", \"count\": 1, \"sizes\": {\"x\": true}}", "f.json: 'sizes'.'x' is true, and a whole number was expected")]
    [InlineData("{\"name\": \"\\ud800\", \"count\": 1}", "f.json: 'name'")]
    [InlineData("{\"\\ud800\": 1}", "f.json: a key holds half a character")]
    public void What_is_wrong_is_said_with_its_place(string text, string said)
    {
        var message = Assert.Throws<DataException>(() => JsonText.Read<Entry>(text, "f.json", style)).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotMatch("System|Dictionary|Entry|reader options|isFinalBlock", message);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused_with_their_line()
    {
        byte[] latin = [.. "{\n\"name\": \""u8, 0xE9, .. "\"}"u8];
        Assert.Contains("f.json, line 2: byte 11 is no UTF-8", Assert.Throws<DataException>(() => JsonText.Read<Entry>(latin, "f.json", style)).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", Assert.Throws<DataException>(() => JsonText.Read<Entry>(Encoding.Unicode.GetPreamble(), "f.json", style)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_whole_is_read_and_unknown_keys_are_left_alone()
    {
        var read = JsonText.Read<Entry>([0xEF, 0xBB, 0xBF, .. "{\"name\": \"a\", \"count\": 1, \"newer\": [1, {}], \"sizes\": {\"x\": 2}}"u8], "f.json", style);
        Assert.Equal(("a", 1, null, 2L), (read.Name, read.Count, read.Share, read.Sizes!["x"]));
    }

    [Fact]
    public void A_key_that_stands_twice_is_refused_in_a_tree_too() =>
        Assert.Contains("the key 'b' stands there twice", Assert.Throws<DataException>(() => JsonText.Read<JsonObject>("{\"a\": [{\"b\": 1, \"b\": 2}]}", "f.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_value_of_another_kind_than_was_asked_for_is_refused_by_its_key()
    {
        var said = JsonText.Read<JsonObject>("{\"phase\": \"one\", \"step\": 3}", "f.json");
        Assert.Equal((3, 7), (JsonText.Value(said, "step", "f.json", 0), JsonText.Value(said, "none", "f.json", 7)));
        Assert.Equal("f.json: 'phase' is \"one\", and a whole number was expected.", Assert.Throws<DataException>(() => JsonText.Value(said, "phase", "f.json", 0)).Message);
    }
}
