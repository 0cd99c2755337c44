using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>The JSON names of enum members, for other text that uses the same names: headers, tables, storage, the command.</summary>
public static class JsonName
{
    /// <summary>The member's <see cref="JsonStringEnumMemberNameAttribute"/>, such as <c>imagenet</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member, or the member has no JSON name.</exception>
    public static string ToJsonName<T>(this T value)
        where T : struct, Enum =>
        Names<T>.ByValue.TryGetValue(value, out string? name)
            ? name
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no such member with a JSON name.");

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue = (
            from field in typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
            let name = field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            where name is not null
            select KeyValuePair.Create((T)field.GetValue(null)!, name)).ToFrozenDictionary();
    }
}
