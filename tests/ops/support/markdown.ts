import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../devnet/tools.ts';

export interface Block {
  /** Path of the document, from the checkout's folder. */
  file: string;
  /** Line of the first line in the block. */
  line: number;
  /** What stands behind the fence: "sh", "sh run", or nothing. */
  mark: string;
  text: string;
}

/** The documents that readers are given, but for notes of how decisions were made. */
export function documents(): string[] {
  const docs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'ARCHITECTURE.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ].sort();
}

export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

export function blocksOf(file: string): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { indent: number }) | null = null;
  textOf(file)
    .split('\n')
    .forEach((line, i) => {
      const [, indent = '', mark = ''] = /^(\s*)```(.*)$/.exec(line) ?? [];
      const isFence = /^\s*```/.test(line);
      if (isFence && open) {
        blocks.push(open);
        open = null;
      } else if (isFence) open = { file, line: i + 2, mark: mark.trim(), text: '', indent: indent.length };
      else if (open) open.text += `${line.slice(open.indent)}\n`;
    });
  return blocks;
}

/** Commands in a block, with the line that each begins on: lines that end with a backslash are one with the next, a prompt is left out, and in a block with prompts all other lines are output. */
export function commandsOf({ text, line }: Block): { line: number; command: string }[] {
  const lines = text.split('\n');
  const hasPrompts = lines.some((each) => each.startsWith('$ '));
  const found: { line: number; command: string }[] = [];
  for (let i = 0; i < lines.length; i++) {
    let command = lines[i] as string;
    const at = line + i;
    if (hasPrompts && !command.startsWith('$ ')) continue;
    while (command.endsWith('\\') && i + 1 < lines.length) command = command.slice(0, -1) + (lines[++i] ?? '').trim();
    command = withoutComment(command.replace(/^\$ /, '')).trim();
    if (command !== '') found.push({ line: at, command });
  }
  return found;
}

/** Words of a command as a shell cuts them; pipes, "&&" and the like are words, what is expanded stays as it stands. */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  let [word, quote, started] = ['', '', false];
  for (let i = 0; i < command.length; i++) {
    const char = command[i] as string;
    if (quote) {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") [quote, started] = [char, true];
    else if (/\s/.test(char)) {
      if (started) words.push(word);
      [word, started] = ['', false];
    } else {
      word += char;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  let isInside = false;
  for (const line of textOf(file).split('\n')) {
    if (/^\s*```/.test(line)) isInside = !isInside;
    const [, heading] = (!isInside && /^#+ (.*)$/.exec(line)) || [];
    if (heading === undefined) continue;
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutComment(command: string): string {
  let quote = '';
  for (let i = 0; i < command.length; i++) {
    const char = command[i] as string;
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '#' && /\s/.test(command[i - 1] ?? ' ')) return command.slice(0, i);
  }
  return command;
}
