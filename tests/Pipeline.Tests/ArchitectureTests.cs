using System.Reflection;
using System.Reflection.Emit;
using Pipeline.Imaging;
using Pipeline.Storage;

namespace Pipeline.Tests;

/// <summary>Arrows between the library's folders point one way: Study, Comparison, Search, Indexing, Storage, Models, Drawing, Imaging, Diagnostics.</summary>
public class ArchitectureTests
{
    private static readonly string[] Layers =
    [
        "Pipeline.Diagnostics", "Pipeline.Imaging", "Pipeline.Drawing", "Pipeline.Models", "Pipeline.Storage", "Pipeline.Indexing",
        "Pipeline.Search", "Pipeline.Comparison", "Pipeline.Study",
    ];

    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly string[] ReadingVerbs = ["Load", "Identify", "Detect", "Decode"];

    private static readonly Assembly Library = typeof(ImageDecoder).Assembly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    [Fact]
    public void No_folder_of_the_library_knows_one_above_it()
    {
        string[] upward =
        [
            .. from type in Library.GetTypes()
               from used in UsedBy(type)
               where used.Assembly == Library && Layer(used) > Layer(type)
               select $"{type.FullName} uses {used.FullName}",
        ];

        Assert.Empty(upward.Distinct());
    }

    [Fact]
    public void The_reader_of_arrows_sees_what_only_method_bodies_use() =>
        Assert.Contains(typeof(System.Security.Cryptography.SHA256), UsedBy(typeof(ImageId)));

    [Fact]
    public void Every_type_of_the_library_lies_in_a_known_folder() =>
        Assert.DoesNotContain(Library.GetTypes(), type => type.Namespace?.StartsWith("Pipeline", StringComparison.Ordinal) == true && Layer(type) < 0);

    [Fact]
    public void The_library_knows_neither_HTTP_nor_Functions_nor_the_console() => Assert.DoesNotContain(
        Library.GetReferencedAssemblies(),
        reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || reference.Name.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal)
            || reference.Name is "System.Console" or "Spectre.Console" or "System.CommandLine");

    [Fact]
    public void ImageSharp_draws_and_nothing_else_uses_it() => Assert.DoesNotContain(
        Library.GetTypes(),
        type => type.Namespace != "Pipeline.Drawing" && UsedBy(type).Any(IsOfImageSharp));

    [Fact]
    public void ImageSharp_decodes_nothing()
    {
        (Type User, MethodBase Called)[] calls =
        [
            .. from type in Library.GetTypes()
               from method in MethodsOf(type)
               from called in CalledBy(type, method)
               where called.DeclaringType is { } declaring && IsOfImageSharp(declaring)
               select (type, called),
        ];

        // Image.Load, LoadAsync, LoadPixelData, Identify, DetectFormat; JpegDecoder and its like by any way.
        Assert.Contains(calls, call => call.Called.Name == "WrapMemory");
        Assert.DoesNotContain(
            calls,
            call => ReadingVerbs.Any(verb => call.Called.Name.StartsWith(verb, StringComparison.Ordinal))
                || call.Called.DeclaringType!.Name.Contains("Decoder", StringComparison.Ordinal));
    }

    // What registers everything lies beside the folders and knows them all.
    private static int Layer(Type type) => type.Namespace == "Pipeline" ? Layers.Length : Array.FindLastIndex(
        Layers,
        layer => type.Namespace == layer || type.Namespace?.StartsWith($"{layer}.", StringComparison.Ordinal) == true);

    private static IEnumerable<MethodBase> MethodsOf(Type type) => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All));

    private static bool IsOfImageSharp(Type type) => type.Assembly.GetName().Name == "SixLabors.ImageSharp";

    private static IEnumerable<Type> UsedBy(Type type)
    {
        return type.GetFields(All).Select(field => field.FieldType)
            .Concat(MethodsOf(type).SelectMany(method => UsedBy(type, method)))
            .Concat(type.GetInterfaces())
            .Append(type.BaseType ?? typeof(object))
            .SelectMany(Parts);
    }

    private static IEnumerable<Type> UsedBy(Type type, MethodBase method)
    {
        IEnumerable<Type> signature = method.GetParameters().Select(parameter => parameter.ParameterType)
            .Append((method as MethodInfo)?.ReturnType ?? typeof(void));
        return signature.Concat(MembersIn(type, method).SelectMany(IEnumerable<Type> (member) => member switch
        {
            Type used => [used],
            MethodInfo called => [called.DeclaringType ?? typeof(object), called.ReturnType, .. called.GetGenericArguments()],
            { DeclaringType: { } declaring } => [declaring],
            _ => [],
        }));
    }

    private static IEnumerable<MethodBase> CalledBy(Type type, MethodBase method) => MembersIn(type, method).OfType<MethodBase>();

    private static IEnumerable<MemberInfo?> MembersIn(Type type, MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? typeArguments = type.IsGenericType ? type.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return Tokens(code).Select(token => method.Module.ResolveMember(token, typeArguments, methodArguments));
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int i = 0; i < code.Length;)
        {
            OpCode operation = code[i] == 0xFE ? OpCodesByValue[(short)((code[i] << 8) | code[i + 1])] : OpCodesByValue[code[i]];
            i += operation.Size;
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(code, i);
                    i += 4;
                    break;
                case OperandType.InlineSwitch:
                    i += 4 + (4 * BitConverter.ToInt32(code, i));
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    i += 8;
                    break;
                case OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineSig or OperandType.InlineString or OperandType.ShortInlineR:
                    i += 4;
                    break;
                case OperandType.InlineVar:
                    i += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    i += 1;
                    break;
            }
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];
}
