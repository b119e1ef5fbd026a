namespace Kindred.Data.Sources;

/// <summary>What a person says about a list of pictures where the list itself leaves it open.</summary>
/// <param name="Header">Whether its first row names the columns; null: its content tells.</param>
/// <param name="Name">The column with the pictures' names, by its name or number from 1; null: the header or the cells tell.</param>
/// <param name="Label">The column with their labels; null: the other one, or what the header calls so.</param>
/// <param name="Split">The column that says which part each picture is of; null: what the header calls so.</param>
public sealed record ListLayout(bool? Header = null, string? Name = null, string? Label = null, string? Split = null)
{
    /// <summary>The keys of a data URI that say it: <c>header=yes|no</c> and <c>columns=NAME,LABEL,SPLIT</c> (or less of it from the right).</summary>
    internal static string[] Keys { get; } = ["header", "columns"];

    /// <summary>Whether nothing was said.</summary>
    internal bool IsEmpty => this is { Header: null, Name: null, Label: null, Split: null };

    internal static ListLayout Of(DataUri uri)
    {
        bool? header = uri["header"] switch
        {
            null => null,
            "yes" or "true" => true,
            "no" or "false" => false,
            var other => throw new ConfigurationException($"{uri}: header={other}; expected is yes or no"),
        };
        return uri["columns"]?.Split(',') switch
        {
            null => new(header),
            [{ Length: > 0 } name] => new(header, name),
            [{ Length: > 0 } name, { Length: > 0 } label] => new(header, name, label),
            [{ Length: > 0 } name, var label, { Length: > 0 } split] => new(header, name, label.Length > 0 ? label : null, split),
            _ => throw new ConfigurationException($"{uri}: columns={uri["columns"]}; expected are the columns of the names, of the labels and of the parts, "
                + "as columns=file,class,split or columns=2,3"),
        };
    }
}
