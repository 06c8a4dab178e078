import type { Node } from './words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script for a shell that completes `name` with the words of these nodes; files where an option takes a value. */
export function completionScript(shell: Shell, name: string, nodes: Node[]): string {
  return { bash, zsh, fish }[shell](name, nodes);
}

/** The part that bash and zsh share: walks the words typed so far down the tree, and sets `path`. */
function walk(nodes: Node[]): string {
  const paths = nodes.map(({ path }) => `'${path}'`).join(' ');
  return `  local path='' word next
  local -a known=(${paths})
  for word in "\${typed[@]}"; do
    next="\${path:+$path }$word"
    for each in "\${known[@]}"; do [[ $each == "$next" ]] && path=$next && break; done
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
  case $path in
${cases(nodes, 'words', 'words')}
  esac
  case $path in
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

function zsh(name: string, nodes: Node[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh), after compinit
_${name}_complete() {
  local each list='' valued=''
  local -a typed=("\${words[@]:1:CURRENT-2}")
  local before=\${words[CURRENT-1]}
${walk(nodes)}
  case $path in
${cases(nodes, 'words', 'list')}
  esac
  case $path in
${cases(nodes, 'valued', 'valued')}
  esac
  if [[ " $valued " == *" $before "* ]]; then _files; else compadd -- \${=list}; fi
}
compdef _${name}_complete ${name}
`;
}

function fish(name: string, nodes: Node[]): string {
  const lines = nodes.flatMap(({ path, words }) => {
    const seen =
      path === ''
        ? 'test (count (commandline -opc)) -eq 1'
        : `string match -q -- '* ${path}*' (string join ' ' -- (commandline -opc))`;
    return `complete -c ${name} -n "${seen}" -a '${words.join(' ')}'`;
  });
  return `# Completion of ${name} for fish: ${name} completion fish | source\n${lines.join('\n')}\n`;
}
