/** Text of a source file in which comments, and what stands in quotes, are blanks. Lines and columns stay where they are. */
export interface SourceText {
  file: string;
  text: string;
  /** Without comments and without the contents of literals; the holes of templates are code and stay. */
  code: string;
  /** Without comments only. */
  literal: string;
}

export function readSource(file: string, text: string): SourceText {
  return { file, text, code: blank(text, false), literal: blank(text, true) };
}

/** The line that a position is in, from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

const CLOSING: Record<string, string> = { '(': ')', '{': '}', '[': ']' };

/** The position behind the bracket that closes the one at `open`; the text's end when none does. */
export function closingOf(code: string, open: number): number {
  const opening = code[open] ?? '(';
  const closing = CLOSING[opening] ?? ')';
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if (code[i] === opening) depth += 1;
    else if (code[i] === closing && --depth === 0) return i + 1;
  }
  return code.length;
}

/** What stands between commas, not counting those within brackets. */
export function splitArguments(code: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= code.length; i++) {
    const char = code[i];
    if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth -= 1;
    if (i < code.length && !(char === ',' && depth === 0)) continue;
    parts.push(code.slice(start, i).trim());
    start = i + 1;
  }
  return parts.length === 1 && parts[0] === '' ? [] : parts;
}

/** One pass over the text; a stack, for a template's hole holds code, which may hold a template. */
function blank(text: string, keepLiterals: boolean): string {
  let out = '';
  const holes: number[] = []; // depth of braces within each open hole
  let at = 0;
  const skip = (end: number, keep: boolean) => {
    out += keep ? text.slice(at, end) : text.slice(at, end).replace(/[^\n]/g, ' ');
    at = end;
  };
  const template = () => {
    let end = at;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    skip(Math.min(end, text.length), keepLiterals);
    if (text[at] === '`') skip(at + 1, true);
    else if (at < text.length) {
      skip(at + 2, true);
      holes.push(0);
    }
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    if (text.startsWith('//', at)) skip(endOf(text, '\n', at), false);
    else if (text.startsWith('/*', at)) skip(Math.min(endOf(text, '*/', at) + 2, text.length), false);
    else if (char === '"' || char === "'") {
      skip(at + 1, true);
      let end = at;
      while (end < text.length && text[end] !== char && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      skip(Math.min(end, text.length), keepLiterals);
      skip(Math.min(at + 1, text.length), true);
    } else if (char === '`') {
      skip(at + 1, true);
      template();
    } else if (char === '}' && holes.at(-1) === 0) {
      holes.pop();
      skip(at + 1, true);
      template();
    } else {
      const depth = holes.length - 1;
      if (depth >= 0 && char === '{') holes[depth] = (holes[depth] ?? 0) + 1;
      if (depth >= 0 && char === '}') holes[depth] = (holes[depth] ?? 0) - 1;
      skip(at + 1, true);
    }
  }
  return out;
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end;
}
