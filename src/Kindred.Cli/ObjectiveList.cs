using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kindred.Objectives;

namespace Kindred.Cli;

/// <summary>The public objectives, read off the library itself: every class of the room that has a loss, with what its documentation says.</summary>
static partial class ObjectiveList
{
    internal static IEnumerable<(string Name, string Title, string Paper)> All()
    {
        var docs = Documentation();
        return from type in typeof(NtXent).Assembly.GetExportedTypes()
               where type.Namespace == typeof(NtXent).Namespace && type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance).Any(m => m.Name == "Loss")
               orderby type.Name
               let text = docs.GetValueOrDefault($"T:{type.FullName}")
               select (Kebab(type.Name), Summary(text), ArXiv().Match(text?.Value ?? "").Value);
    }

    static Dictionary<string, XElement> Documentation()
    {
        var path = Path.ChangeExtension(typeof(NtXent).Assembly.Location, ".xml");
        return File.Exists(path)
            ? XDocument.Load(path).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value)
            : [];
    }

    static string Summary(XElement? member) => Spaces().Replace(member?.Element("summary")?.Value ?? "", " ").Trim();

    static string Kebab(string name) => Humps().Replace(name, "-$1").TrimStart('-').ToLowerInvariant();

    [GeneratedRegex(@"arXiv:\d{4}\.\d{4,5}")]
    private static partial Regex ArXiv();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?<!^)([A-Z][a-z])")]
    private static partial Regex Humps();
}
