using Pipeline.Cli.Commands;
using Pipeline.Cli.Terminal;


using var interruption = new Interruption();
return await PipelineCommand.RunAsync(args, CommandConsole.Default(), interruption);
