import { lintActions } from './lint-actions.ts';
import { lintKeys, lintLoops } from './lint-rows.ts';
import { closingOf, lineAt, readSource, type SourceText } from './source-text.ts';

/** A rule for what proton-tsc compiles without complaint into something else than it says. */
interface LineRule {
  pattern: RegExp;
  message: string;
  /** Looks at the text with its literals; otherwise these are blank. */
  literals?: boolean;
  /** Code that matches and is right. */
  allowed?: RegExp;
}

export interface LintOptions {
  /** Names of the actions that anybody may push; without it nobody asks whether an action has requireAuth. */
  permissionless?: string[];
}

/** Columns and variables that hold units of a token, or shares. */
const AMOUNT =
  '(?:amount|credit|credited|owed|bucket|infrastructure|escrow|deposits|income|paid|real|due|free|bond|fee|casefee|' +
  'monthlimit|month_spent|spent|before_claim|compensation|penalty|units|taken|held|rest|each|over|more|perShare|' +
  'shares|closing|\\w+_bucket|\\w+_total|\\w*[bB]alance)';
const PATH = '(?:<\\w+>)?(?:\\w+!?\\.)*';

/** Arithmetic on amounts that cannot wrap, by its text. */
const SAFE_AMOUNTS = [
  'i64.MAX_VALUE - row.free', // neither is ever negative
  'i64.MAX_VALUE - books.deposits',
];

/** Columns that may be counted up or down without math.ts. */
const SAFE_COUNTS = [
  'state.next_proposal += 1', // 2^64 are never reached
  'state.next_order += 1',
  'state.next_case += 1',
  'state.epoch += 1', // each takes a settled window: 2^32 of them last 800 years
  'config.terms_version += 1', // each takes a vote
  'member.proposals += 1', // compared with MAX_OPEN in the line before
  'member.proposals -= 1', // only above 0
  'member.cases += 1', // compared with the largest u16 in the line before
  'member.cases -= 1', // only above 0
  'deposit.cases += 1', // compared with MAX_CASES before
  'deposit.cases -= 1', // only above 0
  'order.months -= 1', // the order is erased when it comes to 0
  'order.due.utcSeconds += MONTH', // a moment in the past
];

const LINE_RULES: LineRule[] = [
  { pattern: /[=!]==/g, message: '=== and !== compare identity: use == and !=' },
  {
    pattern: /Name\.fromString\((?!"[^"]*"\)|'[^']*'\))/g,
    message: 'Name.fromString works on a literal only: pass a Name, or new Name(u64)',
    literals: true,
  },
  {
    pattern:
      /^(?:export )?(?:const|let) \w+(?:: Name)? = (?:new Name\(|Name\.(?!fromString\((?:"[^"]*"|'[^']*')\);))/gm,
    message: 'a name at module level must be Name.fromString of a literal: others cost time in every action',
    literals: true,
  },
  { pattern: /\bOptionalNumber\b/g, message: 'OptionalNumber(0) reads back as null: use a plain number' },
  { pattern: /\bBlockTimestamp\b/g, message: 'BlockTimestamp converts wrongly: compute slots from currentTimeMs()' },
  { pattern: /\bgetCodeHash\b/g, message: 'getCodeHash imports a function of the wrong type: setcode refuses it' },
  {
    pattern: new RegExp(
      `${PATH}\\b${AMOUNT}\\b!?\\s*(?:[-+*]=|\\+(?!\\+)|-(?!-)|\\*).*|[\\w.)\\]]+\\s*[-+*]\\s*${PATH}\\b${AMOUNT}\\b(?!\\()`,
      'g',
    ),
    message: 'arithmetic on an amount wraps silently: use add, sub and mul of math.ts',
    allowed: exactly(SAFE_AMOUNTS),
  },
  {
    pattern: /\w+(?:!?\.\w+)+\s*[-+*]=\s*[\w.]+|\b\w+\s*(?:-=|\*=|\+=(?!\s*1\b))\s*[\w.]+/g,
    message: 'a count wraps silently: use addCount and takeCount of math.ts',
    allowed: exactly(SAFE_COUNTS),
  },
];

/** Everything wrong with one source file, a sentence each with file and line. */
export function lintSource(file: string, text: string, options: LintOptions = {}): string[] {
  return lintContract([{ file, text }], options);
}

/** Everything wrong with the sources of one contract. */
export function lintContract(files: { file: string; text: string }[], options: LintOptions = {}): string[] {
  const sources = files.map(({ file, text }) => readSource(file, text));
  return [
    ...sources.flatMap((source) => [...lintLines(source), ...lintSentences(source), ...lintLoops(source)]),
    ...lintKeys(sources),
    ...lintActions(sources, options.permissionless),
  ];
}

function lintLines(source: SourceText): string[] {
  const isMath = /(^|\/)math\.ts$/.test(source.file);
  return LINE_RULES.flatMap((rule) => {
    if (isMath && rule.allowed) return [];
    const matches = [...(rule.literals ? source.literal : source.code).matchAll(rule.pattern)];
    return matches
      .filter((match) => !rule.allowed?.test(match[0].replace(/!(?=\.)/g, '')))
      .map((match) => `${source.file}:${lineAt(source.text, match.index)}: ${rule.message}`);
  });
}

/** The arguments of check() and requireGet() are built also when nothing is wrong. */
function lintSentences(source: SourceText): string[] {
  return [...source.code.matchAll(/\b(check|requireGet|requireFind)\s*(?=\()/g)].flatMap((match) => {
    const open = match.index + match[0].length;
    const given = source.code.slice(open, closingOf(source.code, open));
    if (!given.includes('`') && !/["']\s*\+|\+\s*["']/.test(given)) return [];
    const line = lineAt(source.text, match.index);
    return [
      `${source.file}:${line}: ${match[1]} builds its sentence also when nothing is wrong: use fail(…) within an if`,
    ];
  });
}

/** Matches any of the texts at its end, so that a longer left side or another right side is another text. */
function exactly(texts: string[]): RegExp {
  const escaped = texts.map((text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(?:${escaped.join('|')})(?![\\w.])`);
}
