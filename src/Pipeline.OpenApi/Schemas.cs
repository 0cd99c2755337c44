using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.OpenApi;

/// <summary>
/// The schemas of the API's types, in JSON Schema 2020-12 as OpenAPI 3.1 takes it: what .NET's serialiser writes for them, each type once under
/// <c>#/components/schemas</c>, with the descriptions of its documentation.
/// </summary>
/// <param name="comments">The documentation.</param>
internal sealed class Schemas(XmlComments comments)
{
    // Numbers as numbers: the serialiser also reads them from text, which a caller need not know.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private readonly SortedDictionary<string, JsonNode?> _components = new(StringComparer.Ordinal);

    /// <summary>The schemas that were referred to, by their names.</summary>
    public JsonObject ToJson() => new(_components);

    /// <summary>Refers to the schema of a type, which is described if it was not yet.</summary>
    public JsonObject Of(Type type)
    {
        string name = type.Name;
        if (!_components.ContainsKey(name))
        {
            _components[name] = null;
            _components[name] = Describe(type);
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonNode Describe(Type type) => Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => Transform(type, context, schema),
    });

    private JsonNode Transform(Type described, JsonSchemaExporterContext context, JsonNode schema)
    {
        Type type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        JsonNode result = IsComponent(type) && type != described ? Refer(type, schema) : Complete(type, schema.AsObject());
        string? description = context.PropertyInfo is { } property
            ? comments.OfProperty(property.DeclaringType, ClrNameOf(property))
            : type == described ? DescribeType(type) : null;
        if (description is not null)
        {
            result["description"] = description;
        }

        return result;
    }

    private string? DescribeType(Type type) => type.IsEnum
        ? string.Join('\n', [
            comments.OfType(type),
            "",
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(member =>
                $"- `{member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name}`: {comments.OfMember(member)}"),
        ])
        : comments.OfType(type);

    private JsonObject Refer(Type type, JsonNode schema) => IsNullable(schema)
        ? new JsonObject { ["anyOf"] = new JsonArray(Of(type), new JsonObject { ["type"] = "null" }) }
        : Of(type);

    private static JsonObject Complete(Type type, JsonObject schema)
    {
        if (type.IsEnum)
        {
            schema.Insert(0, "type", "string");
        }

        if (FormatOf(type) is { } format)
        {
            schema["format"] = format;
        }

        return schema;
    }

    private static string? FormatOf(Type type) =>
        type == typeof(int) ? "int32"
        : type == typeof(long) ? "int64"
        : type == typeof(float) ? "float"
        : type == typeof(double) ? "double"
        : null;

    private static bool IsComponent(Type type) =>
        type.Namespace?.StartsWith(nameof(Pipeline), StringComparison.Ordinal) == true;

    private static bool IsNullable(JsonNode schema) =>
        (schema["type"] is JsonArray types && types.Any(type => type!.GetValue<string>() == "null"))
        || (schema["enum"] is JsonArray values && values.Any(value => value is null));

    private static string ClrNameOf(JsonPropertyInfo property) =>
        (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;
}
