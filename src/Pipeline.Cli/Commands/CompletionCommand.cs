using System.CommandLine;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline completion</c>: a script that completes commands and options in a shell.</summary>
/// <remarks>
/// Help has the names /? and /h, too, which the scripts leave out: to a shell they are paths. The scripts ask the built program itself, not <c>./pipeline</c>, which would first build what has changed while the user waits for a word.
/// </remarks>
internal static class CompletionCommand
{
    private const string Bash = """
        _pipeline() {
          local line=${COMP_LINE:0:$COMP_POINT}
          line=${line#"${COMP_WORDS[0]}"}; line=${line# }
          local IFS=$'\n'
          local words=$(dotnet 'PROGRAM' "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^/')
          COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _pipeline pipeline
        """;

    private const string Zsh = """
        #compdef pipeline
        _pipeline() {
          local line=${LBUFFER#"${words[1]}"}; line=${line# }
          local -a suggested=("${(@f)$(dotnet 'PROGRAM' "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^/')}")
          compadd -a suggested
          _files
        }
        compdef _pipeline pipeline ./pipeline
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName pipeline, pipeline.cmd -ScriptBlock {
          param($word, $ast, $cursor)
          $line = $ast.ToString().PadRight($cursor).Substring(0, $cursor) -replace '^\S+ ?', ''
          dotnet 'PROGRAM' "[suggest:$($line.Length)]" "$line" 2>$null | Where-Object { $_ -like "$word*" -and $_ -notlike '/*' } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    public static Command Create(CommandConsole console)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "Writes a script that completes commands and options: source <(./pipeline completion bash)")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            (string script, string quote) = parsed.GetRequiredValue(shell) switch
            {
                "bash" => (Bash, "'\\''"),
                "zsh" => (Zsh, "'\\''"),
                _ => (PowerShell, "''"),
            };
            string program = typeof(CompletionCommand).Assembly.Location.Replace("'", quote, StringComparison.Ordinal);
            console.Line(script.Replace("PROGRAM", program, StringComparison.Ordinal));
        });
        return command;
    }
}
