import type { Node } from './words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script for a shell that completes `name` with the words of these nodes; files where an option takes a value. */
export function completionScript(shell: Shell, name: string, nodes: Node[]): string {
  return { bash, zsh, fish }[shell](name, nodes);
}

/** The part that bash and zsh share: walks the words typed so far down the tree, and sets `at`: "path" is zsh's own name for PATH. */
function walk(nodes: Node[]): string {
  const paths = nodes.map(({ path }) => `'${path}'`).join(' ');
  return `  local at='' word next
  local -a known=(${paths})
  for word in "\${typed[@]}"; do
    next="\${at:+$at }$word"
    for each in "\${known[@]}"; do [[ $each == "$next" ]] && at=$next && break; done
  done`;
}

function cases(nodes: Node[], part: 'words' | 'valued', set: string): string {
  return nodes.map((node) => `    '${node.path}') ${set}='${node[part].join(' ')}' ;;`).join('\n');
}

function bash(name: string, nodes: Node[]): string {
  return `# Completion of ${name} for bash: eval "$(${name} completion bash)"
_${name}_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} each words='' valued=''
  local -a typed=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${walk(nodes)}
  case $at in
${cases(nodes, 'words', 'words')}
  esac
  case $at in
${cases(nodes, 'valued', 'valued')}
  esac
  if [[ " $valued " == *" $before "* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _${name}_complete ${name}
complete -o default -F _${name}_complete ./${name}
`;
}

/** Files are offered where no word fits, as bash does by itself. */
function zsh(name: string, nodes: Node[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh), after compinit
_${name}_complete() {
  local each list='' valued='' before=\${words[CURRENT-1]}
  local -a typed=("\${(@)words[2,CURRENT-1]}")
${walk(nodes)}
  case $at in
${cases(nodes, 'words', 'list')}
  esac
  case $at in
${cases(nodes, 'valued', 'valued')}
  esac
  [[ " $valued " != *" $before "* ]] && compadd -- \${=list} || _files
}
compdef _${name}_complete ${name}
`;
}

function fish(name: string, nodes: Node[]): string {
  const known = nodes.map(({ path }) => `'${path}'`).join(' ');
  const cases = nodes.map(({ path, words, valued }) =>
    `    case '${path}'\n      set words ${words.join(' ')}\n      set valued ${valued.join(' ')}`.trimEnd(),
  );
  return `# Completion of ${name} for fish: ${name} completion fish | source
function __${name}_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l path ''
  set -l words
  set -l valued
  for word in $typed[2..-1]
    set -l next (string trim -- "$path $word")
    contains -- $next ${known}; and set path $next
  end
  switch $path
${cases.join('\n')}
  end
  contains -- $typed[-1] $valued; and set words
  set -l fitting (string match -er -- '^'(string escape --style=regex -- $current) $words)
  if set -q fitting[1]
    printf '%s\n' $fitting
  else
    __fish_complete_path $current
  end
end
complete -c ${name} -f -a '(__${name}_complete)'
`;
}
