import assert from 'node:assert/strict';

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

interface Line {
  number: number;
  indent: number;
  text: string;
}

/**
 * Reads the part of YAML that this repository's files are written in: maps and lists by indentation, "[a, b]" and "{ a: b }" on one line, quoted and
 * plain texts, anchors, aliases and merge keys. Fails at anything else, so that nothing is read otherwise than meant.
 */
export function readYaml(text: string): Value {
  const lines = text.split('\n').flatMap((raw, i): Line[] => {
    const line = withoutComment(raw).trimEnd();
    const content = line.trimStart();
    return content === '' ? [] : [{ number: i + 1, indent: line.length - content.length, text: content }];
  });
  return new Reader(lines).all();
}

/** A "#" begins a comment after a space, outside of quotes. */
function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (quote) quote = char === quote ? '' : quote;
    else if ((char === '"' || char === "'") && /[\s:[{,-]/.test(line[i - 1] ?? ' ')) quote = char;
    else if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) return line.slice(0, i);
  }
  return line;
}

class Reader {
  private readonly lines: Line[];
  private readonly anchors = new Map<string, Value>();
  private at = 0;

  constructor(lines: Line[]) {
    this.lines = lines;
  }

  all(): Value {
    const value = this.block(this.lines[0]?.indent ?? 0);
    assert.equal(this.at, this.lines.length, `line ${this.lines[this.at]?.number} is not understood`);
    return value;
  }

  private block(indent: number): Value {
    return this.lines[this.at]?.text.startsWith('- ') ? this.list(indent) : this.map(indent);
  }

  private list(indent: number): Value[] {
    const items: Value[] = [];
    for (
      let line = this.lines[this.at];
      line?.indent === indent && line.text.startsWith('- ');
      line = this.lines[this.at]
    ) {
      const rest = line.text.slice(2).trimStart();
      if (keyOf(rest) === null) {
        this.at++;
        items.push(this.scalar(rest));
        continue;
      }
      // A map whose first key stands behind the dash.
      const inner = indent + line.text.length - rest.length;
      this.lines[this.at] = { ...line, indent: inner, text: rest };
      items.push(this.map(inner));
    }
    return items;
  }

  private map(indent: number): Value {
    const map: { [key: string]: Value } = {};
    for (let line = this.lines[this.at]; line?.indent === indent; line = this.lines[this.at]) {
      const found = keyOf(line.text);
      if (found === null) break;
      this.at++;
      const value = this.valueOf(found.rest, indent);
      if (found.key !== '<<') map[found.key] = value;
      else for (const [key, merged] of Object.entries(value as object)) if (!(key in map)) map[key] = merged;
    }
    return map;
  }

  private valueOf(text: string, indent: number): Value {
    const [, anchor, rest = ''] = /^(?:&([\w-]+)\s*)?(.*)$/.exec(text) ?? [];
    const next = this.lines[this.at];
    const isBelow = next && (next.indent > indent || (next.indent === indent && next.text.startsWith('- ')));
    const value = rest !== '' ? this.scalar(rest) : isBelow ? this.block(next.indent) : null;
    if (anchor) this.anchors.set(anchor, value);
    return value;
  }

  private scalar(text: string): Value {
    if (text.startsWith('*')) {
      const value = this.anchors.get(text.slice(1));
      assert.ok(value !== undefined, `there is no anchor ${text}`);
      return value;
    }
    if (text.startsWith('[')) return inside(text, ']').map((part) => this.scalar(part));
    if (text.startsWith('{')) {
      const pairs = inside(text, '}').map((part) => keyOf(part) ?? assert.fail(`${part} is no pair`));
      return Object.fromEntries(pairs.map(({ key, rest }) => [key, this.scalar(rest)]));
    }
    if (text.startsWith('"')) return JSON.parse(text) as string;
    if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
    assert.doesNotMatch(text, /^[|>&!%@`]/, `${text}: this kind of text is not read here`);
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (text === 'null' || text === '~') return null;
    return { true: true, false: false }[text] ?? text;
  }
}

/** "key: rest" or "key:"; null for what is none. */
function keyOf(text: string): { key: string; rest: string } | null {
  const match = /^("[^"]*"|'[^']*'|[^\s"'[{#&*][^\s:]*):(?:\s+(.*))?$/.exec(text);
  return match && { key: (match[1] ?? '').replace(/^["']|["']$/g, ''), rest: (match[2] ?? '').trim() };
}

/** The parts of "[a, b]" or "{ a: b }". */
function inside(text: string, end: string): string[] {
  assert.ok(text.endsWith(end), `${text} does not end on its line`);
  const parts: string[] = [];
  let [part, quote, depth] = ['', '', 0];
  for (const char of text.slice(1, -1)) {
    if (quote) quote = char === quote ? '' : quote;
    else if ((char === '"' || char === "'") && part.trim() === '') quote = char;
    else if ('[{'.includes(char)) depth++;
    else if (']}'.includes(char)) depth--;
    if (char !== ',' || quote || depth > 0) part += char;
    else {
      parts.push(part.trim());
      part = '';
    }
  }
  return [...parts, part.trim()].filter((each) => each !== '');
}
