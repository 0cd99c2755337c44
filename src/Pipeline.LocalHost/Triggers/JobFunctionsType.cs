using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// Generates the type <c>Host.Functions</c> with a method for each function that a blob or a message starts. The SDK uses its name in
/// poison messages, locks and the webhook's address, so it must be the name that the real host uses.
/// </summary>
internal static class JobFunctionsType
{
    private const string TypeName = "Host.Functions";

    private const BindingFlags Inherited = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    public static Type Emit(IEnumerable<FunctionDefinition> functions)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Host"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("Host")
            .DefineType(TypeName, TypeAttributes.Public | TypeAttributes.Sealed, typeof(JobFunctions));
        EmitConstructor(type);
        foreach (FunctionDefinition function in functions)
        {
            switch (function.Trigger)
            {
                case BlobTrigger blob:
                    EmitMethod(type, function.Name, typeof(ParameterBindingData), Attribute<BlobTriggerAttribute>(
                        blob.Path,
                        (nameof(BlobTriggerAttribute.Connection), blob.Connection),
                        (nameof(BlobTriggerAttribute.Source), blob.ByEvents
                            ? BlobTriggerSource.EventGrid : BlobTriggerSource.LogsAndContainerScan)));
                    break;
                case QueueTrigger queue:
                    EmitMethod(type, function.Name, typeof(string), Attribute<QueueTriggerAttribute>(
                        queue.Queue, (nameof(QueueTriggerAttribute.Connection), queue.Connection)));
                    break;
            }
        }

        return type.CreateType();
    }

    private static void EmitConstructor(TypeBuilder type)
    {
        ILGenerator code = type
            .DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(IJobRunner)])
            .GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Call, typeof(JobFunctions).GetConstructor(Inherited, [typeof(IJobRunner)])!);
        code.Emit(OpCodes.Ret);
    }

    private static void EmitMethod(TypeBuilder type, string name, Type value, CustomAttributeBuilder trigger)
    {
        MethodBuilder method = type.DefineMethod(name, MethodAttributes.Public, typeof(Task), [value, typeof(CancellationToken)]);
        method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(trigger);
        method.DefineParameter(2, ParameterAttributes.None, "cancellationToken");
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldstr, name);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Call, typeof(JobFunctions).GetMethod("RunAsync", Inherited)!);
        code.Emit(OpCodes.Ret);
    }

    private static CustomAttributeBuilder Attribute<T>(string argument, params (string Property, object? Value)[] properties)
        where T : Attribute
    {
        (string Property, object? Value)[] named = [.. properties.Where(property => property.Value is not null)];
        return new CustomAttributeBuilder(
            typeof(T).GetConstructor([typeof(string)])!,
            [argument],
            [.. named.Select(property => typeof(T).GetProperty(property.Property)!)],
            [.. named.Select(property => property.Value)]);
    }
}
