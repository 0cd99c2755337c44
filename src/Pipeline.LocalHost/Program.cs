using Pipeline.LocalHost.Commands;


using var signals = new Signals();
return await HostCommand.RunAsync(args, Console.Out, Console.Error, signals);
