using System.CommandLine;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred completion bash|zsh|fish|pwsh</c>: a script by which a shell completes verbs, options, recipes and settings.</summary>
/// <remarks>The scripts only ask: what may follow is answered by the program itself, through System.CommandLine's <c>[suggest]</c> directive.</remarks>
static class CompletionVerb
{
    static readonly Dictionary<string, string> scripts = new()
    {
        ["bash"] = """
            # Completion of kindred in bash: source it, or put it into ~/.local/share/bash-completion/completions/kindred
            _kindred() {
              local line="${COMP_LINE:0:COMP_POINT}" current="${COMP_WORDS[COMP_CWORD]}" found
              line="${line#"${line%%[![:space:]]*}"}"
              line="${line#"${COMP_WORDS[0]}"}"
              line="${line#"${line%%[![:space:]]*}"}"
              found="$("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2> /dev/null)"
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$found" -- "$current"))
              # A key wants its value right behind it.
              if [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *[=:] ]]; then compopt -o nospace 2> /dev/null; fi
              return 0
            }
            complete -o default -o bashdefault -F _kindred kindred
            """,
        ["zsh"] = """
            #compdef kindred
            # Completion of kindred in zsh: put it as _kindred into a folder of $fpath, or source it after compinit.
            _kindred() {
              local line="${(j: :)words[2,CURRENT]}"
              local -a found keys
              found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)}")
              found=(${found:#})
              keys=(${(M)found:#*[=:]})
              found=(${found:#*[=:]})
              (( $#keys )) && compadd -S '' -- $keys
              (( $#found )) && compadd -- $found
              (( $#keys + $#found )) || _files
            }
            if [ "$funcstack[1]" = "_kindred" ]; then _kindred "$@"; else compdef _kindred kindred; fi
            """,
        ["fish"] = """
            # Completion of kindred in fish: put it into ~/.config/fish/completions/kindred.fish
            function __kindred_complete
              set -l words (commandline -opc)
              set -l program $words[1]
              set -e words[1]
              set -l line (string join ' ' -- $words (commandline -ct))
              $program "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null
            end
            complete -c kindred -a '(__kindred_complete)'
            """,
        ["pwsh"] = """
            # Completion of kindred in PowerShell: put it into $PROFILE
            Register-ArgumentCompleter -Native -CommandName kindred -ScriptBlock {
              param($word, $ast, $position)
              $line = $ast.ToString().PadRight($position - $ast.Extent.StartOffset) -replace '^\S+\s*', ''
              & kindred "[suggest:$($line.Length)]" $line 2> $null | Where-Object { $_ } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
              }
            }
            """,
    };

    internal static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = $"{string.Join(", ", scripts.Keys)}." };
        var command = new Command("completion", "Prints the script by which a shell completes verbs, options, recipes and settings.") { shell };
        shell.CompletionSources.Add([.. scripts.Keys]);
        command.SetAction(result =>
        {
            var name = result.GetValue(shell)!;
            if (!scripts.TryGetValue(name, out var script))
                throw new ConfigurationException($"there is no completion for '{name}'{Suggest.Nearest(name, scripts.Keys)}; there are {string.Join(", ", scripts.Keys)}.");
            Console.Out.WriteLine(script);
            return 0;
        });
        return command;
    }
}
