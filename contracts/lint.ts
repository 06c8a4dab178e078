/** A rule for what proton-tsc compiles without complaint into something else than it says. */
interface LineRule {
  pattern: RegExp;
  message: string;
  /** Files that are allowed to do it. */
  except?: RegExp;
}

const AMOUNT =
  'amount|credit|credited|owed|bucket|infrastructure|escrow|deposits|income|paid|real|due|\\w+_total|\\w*[bB]alance';

const LINE_RULES: LineRule[] = [
  { pattern: /[=!]==/, message: '=== and !== compare identity: use == and !=' },
  {
    pattern: /Name\.fromString\((?!"[^"]*"\)|'[^']*'\))/,
    message: 'Name.fromString works on a literal only: pass a Name, or new Name(u64)',
  },
  { pattern: /\bOptionalNumber\b/, message: 'OptionalNumber(0) reads back as null: use a plain number' },
  { pattern: /\bBlockTimestamp\b/, message: 'BlockTimestamp converts wrongly: compute slots from currentTimeMs()' },
  { pattern: /\bgetCodeHash\b/, message: 'getCodeHash imports a function of the wrong type: setcode refuses it' },
  {
    pattern: new RegExp(`\\b(${AMOUNT})\\s*(\\+=|-=|\\*=|\\+(?!\\+)|-(?!-)|\\*)`),
    message: 'arithmetic on an amount wraps silently: use add, sub and mul of math.ts',
    except: /(^|\/)math\.ts$/,
  },
];

/** Everything wrong with one source file, a sentence each with file and line. */
export function lintSource(file: string, text: string): string[] {
  const lines = withoutComments(text).split('\n');
  const findings: string[] = [];
  lines.forEach((line, i) => {
    for (const rule of LINE_RULES) {
      if (rule.except?.test(file)) continue;
      if (rule.pattern.test(keepsLiterals(rule) ? line : withoutStrings(line))) {
        findings.push(`${file}:${i + 1}: ${rule.message}`);
      }
    }
  });
  return [...findings, ...lintActions(file, lines)];
}

/** An action must tell finalize() that it ran; a notification handler must look at who sent the notification. */
function lintActions(file: string, lines: string[]): string[] {
  const findings: string[] = [];
  const hasFinalize = lines.some((line) => /^\s*finalize\(\)/.test(line));
  lines.forEach((line, i) => {
    const action = /@action\(\s*"([^"]*)"\s*(,\s*notify)?/.exec(line);
    if (!action) return;
    const body = bodyAfter(lines, i);
    if (action[2]) {
      if (!/\bfirstReceiver\b/.test(body)) {
        findings.push(`${file}:${i + 1}: the handler of ${action[1]} fires for any contract: check this.firstReceiver`);
      }
    } else if (hasFinalize && !/\bthis\.handled = true;/.test(body)) {
      findings.push(
        `${file}:${i + 1}: action ${action[1]} does not set this.handled = true: finalize() would refuse it`,
      );
    }
  });
  return findings;
}

/** The text from a decorator to the next one, or to the end. */
function bodyAfter(lines: string[], start: number): string {
  const next = lines.findIndex((line, i) => i > start && /@action\(/.test(line));
  return lines.slice(start + 1, next < 0 ? lines.length : next).join('\n');
}

function keepsLiterals(rule: LineRule): boolean {
  return rule.pattern.source.includes('fromString');
}

function withoutComments(text: string): string {
  const blanked = text.replace(/\/\*[\s\S]*?\*\//g, (block) => block.replace(/[^\n]/g, ' '));
  return blanked.replace(/^\s*\/\/.*$/gm, '').replace(/\s\/\/ .*$/gm, '');
}

function withoutStrings(line: string): string {
  return line.replace(/"[^"]*"|'[^']*'/g, '""').replace(/`[^`]*`/g, (text) => holes(text));
}

/** Of a template literal only what stands in its holes is code. */
function holes(template: string): string {
  return [...template.matchAll(/\$\{([^}]*)\}/g)].map((hole) => `(${hole[1]})`).join(' ');
}
