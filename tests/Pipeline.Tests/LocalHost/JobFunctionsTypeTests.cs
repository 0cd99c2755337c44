using System.Reflection;
using Microsoft.Azure.WebJobs;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Triggers;

namespace Pipeline.Tests.LocalHost;

public class JobFunctionsTypeTests
{
    private static readonly Type Emitted = JobFunctionsType.Emit(
    [
        new FunctionDefinition("1", "OnBlob", new BlobTrigger("blob", "images/{name}", "Images", ByEvents: true)),
        new FunctionDefinition("2", "OnScan", new BlobTrigger("blob", "images/{name}", null, ByEvents: false)),
        new FunctionDefinition("3", "OnMessage", new QueueTrigger("message", "messages", "Images")),
        new FunctionDefinition("4", "OnTimer", new TimerTrigger("timer", "0 * * * * *", false)),
        new FunctionDefinition("5", "OnRequest", new HttpTrigger("request", null, [])),
    ]);

    [Fact]
    public void The_type_is_named_as_the_real_hosts_and_has_what_the_sdk_listens_for()
    {
        Assert.Equal("Host.Functions", Emitted.FullName);
        Assert.Equal(
            ["OnBlob", "OnScan", "OnMessage"],
            Emitted.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name));
        BlobTriggerAttribute blob = Trigger<BlobTriggerAttribute>("OnBlob");
        Assert.Equal(("images/{name}", "Images", BlobTriggerSource.EventGrid), (blob.BlobPath, blob.Connection, blob.Source));
        BlobTriggerAttribute scan = Trigger<BlobTriggerAttribute>("OnScan");
        Assert.Equal((null, BlobTriggerSource.LogsAndContainerScan), (scan.Connection, scan.Source));
        QueueTriggerAttribute queue = Trigger<QueueTriggerAttribute>("OnMessage");
        Assert.Equal(("messages", "Images"), (queue.QueueName, queue.Connection));
    }

    [Fact]
    public async Task A_method_runs_its_function_with_the_triggers_value()
    {
        var runner = new Runner();
        object instance = Activator.CreateInstance(Emitted, runner)!;

        await (Task)Emitted.GetMethod("OnMessage")!.Invoke(instance, ["text", CancellationToken.None])!;

        Assert.Equal(("OnMessage", "text"), runner.Ran);
    }

    private static T Trigger<T>(string method)
        where T : Attribute => Emitted.GetMethod(method)!.GetParameters()[0].GetCustomAttribute<T>()!;

    private sealed class Runner : IJobRunner
    {
        public (string, object) Ran { get; private set; }

        public Task RunAsync(string name, object trigger, CancellationToken cancellationToken)
        {
            Ran = (name, trigger);
            return Task.CompletedTask;
        }
    }
}
