using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Tests.LocalWorker;

/// <summary>Holds the stand-in to the real packages' public API, as far as the app uses it.</summary>
public class WorkerApiTests
{
    [Theory]
    [InlineData(typeof(FunctionAttribute), "(String name)")]
    [InlineData(typeof(HttpTriggerAttribute), "()", "(String[] methods)", "(AuthorizationLevel authLevel)", "(AuthorizationLevel authLevel, String[] methods)")]
    [InlineData(typeof(BlobTriggerAttribute), "(String blobPath)")]
    [InlineData(typeof(QueueTriggerAttribute), "(String queueName)")]
    [InlineData(typeof(TimerTriggerAttribute), "(String schedule)")]
    public void Attributes_have_the_real_constructors(Type attribute, params string[] constructors) => Assert.Equal(
        constructors,
        attribute.GetConstructors().Select(constructor =>
            $"({string.Join(", ", constructor.GetParameters().Select(parameter => $"{parameter.ParameterType.Name} {parameter.Name}"))})"));

    [Theory]
    [InlineData(typeof(FunctionAttribute), "String Name get")]
    [InlineData(typeof(HttpTriggerAttribute), "AuthorizationLevel AuthLevel get", "String Route get set", "String[] Methods get")]
    [InlineData(typeof(BlobTriggerAttribute), "BlobTriggerSource Source get set", "String BlobPath get", "String Connection get set")]
    [InlineData(typeof(QueueTriggerAttribute), "String Connection get set", "String QueueName get")]
    [InlineData(typeof(TimerTriggerAttribute), "Boolean RunOnStartup get set", "Boolean UseMonitor get set", "String Schedule get")]
    public void Attributes_have_the_real_properties(Type attribute, params string[] properties) => Assert.Equal(
        properties,
        attribute.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(property => $"{property.PropertyType.Name} {property.Name}{(property.CanRead ? " get" : "")}{(property.CanWrite ? " set" : "")}")
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Triggers_stand_at_parameters_and_functions_at_methods()
    {
        Assert.All(
            new[] { typeof(HttpTriggerAttribute), typeof(BlobTriggerAttribute), typeof(QueueTriggerAttribute), typeof(TimerTriggerAttribute) },
            trigger =>
            {
                Assert.True(trigger.IsSealed);
                Assert.Equal(typeof(TriggerBindingAttribute), trigger.BaseType);
                Assert.Equal(AttributeTargets.Parameter, trigger.GetCustomAttribute<AttributeUsageAttribute>(inherit: true)!.ValidOn);
            });
        Assert.Equal(typeof(BindingAttribute), typeof(TriggerBindingAttribute).BaseType);
        Assert.Equal(AttributeTargets.Method, typeof(FunctionAttribute).GetCustomAttribute<AttributeUsageAttribute>()!.ValidOn);
    }

    [Fact]
    public void Defaults_are_the_real_ones()
    {
        Assert.Equal(AuthorizationLevel.Function, new HttpTriggerAttribute().AuthLevel);
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
        Assert.Equal(BlobTriggerSource.LogsAndContainerScan, new BlobTriggerAttribute("images/{name}").Source);
        Assert.Equal((true, false), (new TimerTriggerAttribute("0 0 3 * * *").UseMonitor, new TimerTriggerAttribute("0 0 3 * * *").RunOnStartup));
        Assert.Equal(["Anonymous", "User", "Function", "System", "Admin"], Enum.GetNames<AuthorizationLevel>());
        Assert.Equal(["LogsAndContainerScan", "EventGrid"], Enum.GetNames<BlobTriggerSource>());
    }

    [Fact]
    public void An_app_is_built_by_the_real_calls()
    {
        Assert.Equal(typeof(FunctionsApplicationBuilder), typeof(FunctionsApplication).GetMethod("CreateBuilder", [typeof(string[])])!.ReturnType);
        Assert.True(typeof(IHostApplicationBuilder).IsAssignableFrom(typeof(FunctionsApplicationBuilder)));
        Assert.Equal(typeof(IHost), typeof(FunctionsApplicationBuilder).GetMethod("Build", [])!.ReturnType);
        MethodInfo configure = Assert.Single(
            typeof(FunctionsApplication).Assembly.GetExportedTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static)),
            method => method.Name == "ConfigureFunctionsWebApplication");
        Assert.Equal("Microsoft.Azure.Functions.Worker.Builder", typeof(FunctionsApplication).Namespace);
        Assert.Equal([typeof(FunctionsApplicationBuilder)], configure.GetParameters().Select(parameter => parameter.ParameterType));
        Assert.Equal(typeof(FunctionsApplicationBuilder), configure.ReturnType);
    }
}
