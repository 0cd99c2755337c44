using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Pipeline.Cli;
using Pipeline.Client;
using Pipeline.Imaging;
using Pipeline.LocalHost;
using Pipeline.ModelBuilding;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;
using Type = System.Type;

namespace Pipeline.Tests;

/// <summary>Who may know whom, read from the compiled code.</summary>
public class ArchitectureTests
{
    // From the bottom up: a namespace knows those before it.
    private static readonly string[] Layers =
    [
        "Diagnostics", "Imaging", "Drawing", "Reporting", "Models", "Storage", "Indexing", "Search", "Links", "Comparison", "Study",
        "Evaluation",
    ];

    private static readonly Assembly Library = typeof(ImageDecoder).Assembly;
    private static readonly Assembly ModelBuilding = typeof(ModelBuilder).Assembly;
    private static readonly Assembly App = Assembly.Load("Pipeline.Functions");
    private static readonly Assembly Command = typeof(SourceTree).Assembly;
    private static readonly Assembly LocalHost = typeof(HostFailure).Assembly;

    private static readonly Assembly Client = typeof(PipelineClient).Assembly;

    private static readonly Architecture Code =
        new ArchLoader().LoadAssemblies(Library, ModelBuilding, App, Command, LocalHost, Client).Build();

    public static TheoryData<string> LayersBelowTheTop => [.. Layers[..^1]];

    [Theory]
    [MemberData(nameof(LayersBelowTheTop))]
    public void A_namespace_of_the_library_knows_none_above_it(string layer) =>
        Types().That().ResideInNamespaceMatching($@"^Pipeline\.{layer}(\.|$)")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Within(Layers[(Array.IndexOf(Layers, layer) + 1)..])))
            .Check(Code);

    [Fact]
    public void The_root_of_the_library_is_known_by_none_of_its_namespaces() =>
        Types().That().ResideInAssembly(Library).And().DoNotResideInNamespace("Pipeline")
            .Should().NotDependOnAny(Types().That().ResideInNamespace("Pipeline"))
            .Check(Code);

    [Fact]
    public void Every_type_of_the_library_lies_in_a_known_namespace() =>
        Types().That().ResideInAssembly(Library).And().ResideInNamespaceMatching("^Pipeline")
            .Should().ResideInNamespaceMatching($"{Within(Layers)}|^Pipeline$")
            .Check(Code);

    [Fact]
    public void The_library_knows_neither_HTTP_nor_Functions_nor_the_console() => AssertUnused(
        Library,
        @"^Microsoft\.(AspNetCore|Azure\.Functions)(\.|$)|^Spectre\.|^System\.CommandLine(\.|$)|^System\.Console$");

    [Fact]
    public void Only_the_building_of_models_reads_HDF5_and_writes_ONNX()
    {
        AssertUnused(Library, @"^(PureHDF|Google\.Protobuf)\.");
        AssertUnused(App, @"^(PureHDF|Google\.Protobuf)\.");
        AssertUnused(Command, @"^(PureHDF|Google\.Protobuf)\.");

        // It speaks Protobuf to the worker.
        AssertUnused(LocalHost, @"^PureHDF\.");
    }

    [Fact]
    public void The_local_host_does_not_know_the_library() => AssertUnused(LocalHost, Within(Layers));

    [Fact]
    public void The_client_knows_only_the_contracts() => AssertUnused(Client, @"^Pipeline\.(?!Client(\.|$)|Contracts(\.|$))");

    [Fact]
    public void Only_Drawing_uses_ImageSharp() =>
        Types().That().ResideInAssembly(Library).And().DoNotResideInNamespaceMatching(Within(["Drawing"]))
            .Should().NotDependOnAny(Types(includeReferenced: true).That().HaveFullNameMatching(@"^SixLabors\."))
            .Check(Code);

    /// <summary>The worker's generated code calls public functions only, so what their constructors take is public, too.</summary>
    [Fact]
    public void The_library_shows_only_what_the_functions_take()
    {
        HashSet<Type> shown = [];
        Queue<Type> next = new(App.GetExportedTypes());
        while (next.TryDequeue(out Type? type))
        {
            foreach (Type named in NamedBy(type).SelectMany(Parts).Where(named => named.Assembly == Library && shown.Add(named)))
            {
                next.Enqueue(named);
            }
        }

        Assert.Contains(typeof(ImageDecoder), shown);
        Assert.Empty(Library.GetExportedTypes().Except(shown).Concat(ModelBuilding.GetExportedTypes()));
    }

    private static IEnumerable<Type> NamedBy(Type type) =>
    [
        .. type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType),
        .. type.GetMethods().SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType),
        .. type.GetMethods().Select(method => method.ReturnType),
    ];

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? [type, .. type.GetGenericArguments().SelectMany(Parts)]
        : [type];

    /// <summary>Two advisories stand against its reading of files; libvips reads what comes from outside.</summary>
    [Fact]
    public void ImageSharp_reads_no_file()
    {
        string[] sources = Directory.GetFiles(Repository.Path("src", "Pipeline", "Drawing"), "*.cs");

        Assert.Contains(sources, source => File.ReadAllText(source).Contains("SixLabors.ImageSharp", StringComparison.Ordinal));
        Assert.All(sources, source => Assert.DoesNotMatch(
            @"\bImage(<\w+>)?\.(Load|Identify|DetectFormat)|Decoder\b(?<!ImageDecoder)",
            File.ReadAllText(source)));
    }

    private static void AssertUnused(Assembly user, string fullName) =>
        Types().That().ResideInAssembly(user)
            .Should().NotDependOnAny(Types(includeReferenced: true).That().HaveFullNameMatching(fullName))
            .WithoutRequiringPositiveResults()
            .Check(Code);

    private static string Within(IEnumerable<string> layers) => $@"^Pipeline\.({string.Join('|', layers)})(\.|$)";
}
