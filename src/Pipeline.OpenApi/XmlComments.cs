using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pipeline.OpenApi;

/// <summary>The documentation comments of an assembly, from the XML file that the compiler writes beside it, as Markdown.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    /// <exception cref="FileNotFoundException">The assembly was built without its file.</exception>
    public XmlComments(params IEnumerable<Assembly> assemblies) => _members = assemblies
        .SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
        .ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>What a type is.</summary>
    public string? OfType(Type type) => Text(Find($"T:{NameOf(type)}")?.Element("summary"));

    /// <summary>What a property of a record is: the record's parameter, or the property's own summary.</summary>
    public string? OfProperty(Type type, string name) =>
        Text(Find($"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(parameter => parameter.Attribute("name")!.Value == name))
        ?? Text(Find($"P:{NameOf(type)}.{name}")?.Element("summary"));

    /// <summary>What a member of an enumeration means.</summary>
    public string? OfMember(FieldInfo member) => Text(Find($"F:{NameOf(member.DeclaringType!)}.{member.Name}")?.Element("summary"));

    /// <summary>What a method does; of methods with one name the first counts.</summary>
    public string? OfMethod(MethodInfo method) => Text(_members
        .FirstOrDefault(member => member.Key.StartsWith($"M:{NameOf(method.DeclaringType!)}.{method.Name}(", StringComparison.Ordinal))
        .Value?.Element("summary"));

    private XElement? Find(string id) => _members.GetValueOrDefault(id);

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string? Text(XElement? element) => element is null
        ? null
        : Blanks().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "paramref" } parameter => $"`{CamelCase(parameter.Attribute("name")!.Value)}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")?.Value.Split('.')[^1] ?? see.Attribute("langword")?.Value}`",
        _ => "",
    };

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
