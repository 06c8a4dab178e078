import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lintContract, lintSource } from '../../contracts/lint.ts';
import { PERMISSIONLESS } from '../../contracts/permissionless.ts';

const folder = join(import.meta.dirname, '..', '..', 'contracts', 'pool');
const sources = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const permissionless = Object.keys(PERMISSIONLESS);

/** The pool's sources with one text replaced in one file: what a slip of the hand would do. */
function changed(name: string, from: string | RegExp, to: string) {
  return sources.map(({ file, text }) => {
    if (file !== name) return { file, text };
    const other = text.replace(from, to);
    assert.notEqual(other, text, `${name} has no ${from}`);
    return { file, text: other };
  });
}

const WRAPS = /wraps silently: use add, sub and mul/;
const COUNTS = /wraps silently: use addCount and takeCount/;

const findings: [what: string, code: string, says: RegExp | null][] = [
  ['identity', 'if (a === b) return;', /use == and !=/],
  ['inverse identity', 'if (a !== b) return;', /use == and !=/],
  ['identity in a comment', '// a === b', null],
  ['identity in a block of comment', '/* a === b\n * c */', null],
  ['identity behind a comment', 'go(); // why\nif (a === b) return;', /x.ts:2: /],
  ['identity in a text', 'print("a === b");', null],
  ['identity in a text with a quote', 'print("a \\" === b");', null],
  ['identity in a template', 'print(`a === b`);', null],
  ['identity in the hole of a template', `print(\`it is \${a === b}\`);`, /use == and !=/],
  ['identity in a template in a hole', `print(\`\${go(\`a === \${b}\`)}\`);`, null],
  ['a literal name', 'const go = Name.fromString("eosio");', null],
  ['a computed name', 'Name.fromString(a + "b");', /works on a literal only/],
  ['a literal with more', 'Name.fromString("a" + b);', /works on a literal only/],
  ['a name at module level', 'const NEVER: Name = Name.fromString("eosio");', null],
  ['a computed name at module level', 'const NEVER: Name = new Name(5);', /a name at module level/],
  ['amounts added', 'books.owed = books.owed + credit;', WRAPS],
  ['an amount on the right', 'const x = a - member.bond;', WRAPS],
  ['an amount changed', 'member.owed += credit;', WRAPS],
  ['amounts multiplied', 'const x = amount * 2;', WRAPS],
  ['amounts divided', 'const x = books.bucket / total;', null],
  ['a negative number', 'state.before_claim = -1;', null],
  ['a bond', 'member.bond -= taken;', WRAPS],
  ['a fee', 'const x = row.fee + 1;', WRAPS],
  ['a free deposit', 'row.free += quantity.amount;', WRAPS],
  ['a compensation', 'const x = row.compensation + row.penalty;', WRAPS],
  ['a closing bucket', 'books.closing_bucket -= 1;', WRAPS],
  ['what was spent', 'state.month_spent += units;', WRAPS],
  ['a total', 'books.spent_total += 1;', WRAPS],
  ['an amount behind a cast', 'const x = 2 * <i64>seat.closing;', WRAPS],
  ['a local count', 'pruned += 1;', null],
  ['a local count by more', 'total += other;', COUNTS],
  ['shares', 'seat.shares += 1;', WRAPS],
  ['a column', 'oracle.open -= 1;', COUNTS],
  ['a column that is excepted', 'state.epoch += 1;', null],
  ['an excepted column by another step', 'state.epoch += 10;', COUNTS],
  ['an excepted column the other way', 'state.next_order -= 1;', COUNTS],
  ['the number that is lost', 'const o = new OptionalNumber<u32>(0);', /reads back as null/],
  ['the wrong clock', 'BlockTimestamp.fromTimePoint(t);', /converts wrongly/],
  ['the wrong import', 'getCodeHash(a);', /setcode refuses it/],
  ['check with a text', 'check(a == b, "it is not");', null],
  ['check with a template', `check(a == b, \`it is not \${b}\`);`, /check builds its sentence/],
  ['check over two lines', `check(a == b,\n  \`it is not \${b}\`);`, /x.ts:1: check builds its sentence/],
  ['check with a sum', 'check(a == b, "it is not " + b);', /check builds its sentence/],
  ['requireGet with a template', `rows.requireGet(id, \`no \${id}\`);`, /requireGet builds its sentence/],
  ['fail within an if', `if (a != b) fail(\`it is not \${b}\`);`, null],
  ['a table in a loop', 'while (row != null) { const t = new Rows<Seat>(self); }', /within a loop/],
  ['a table in a loop without braces', 'for (let i = 0; i < n; i++) new Rows<Seat>(self).get(i);', /within a loop/],
  ['a table in the if of a loop', 'do { if (a) { new TableStore<Seat>(self); } } while (b);', /within a loop/],
  ['a table before a loop', 'const t = new Rows<Seat>(self); while (a) { t.next(a); }', null],
  ['a table behind a loop', 'while (a) { go(); }\nconst t = new Rows<Seat>(self);', null],
  ['a table of another scope in each round', 'while (a) { new Rows<Seat>(self, new Name(a)); }', null],
  ['a default key', 'const key = new PublicKey();', /use noKey\(\)/],
  ['a default key as an argument', 'send(new PublicKey());', /use noKey\(\)/],
];

for (const [what, code, says] of findings) {
  test(`lint: ${what}`, () => {
    const found = lintSource('x.ts', code);
    if (says) assert.match(found.join(), says);
    else assert.deepEqual(found, []);
  });
}

test('lint: math.ts alone does plain arithmetic', () => {
  const text = 'export function add(owed: i64, paid: i64): i64 { return owed + paid; }';
  assert.deepEqual(lintSource('contracts/pool/math.ts', text), []);
  assert.match(lintSource('contracts/pool/maths.ts', text).join(), WRAPS);
});

const TABLE = `@table("roles")
export class Role extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public key: PublicKey = new PublicKey(),
        public text: string = "",
    ) { super(); }
}
`;

test('lint: a row is not made without its key', () => {
  const lint = (text: string) =>
    lintContract([
      { file: 'r.tables.ts', text: TABLE },
      { file: 'x.ts', text },
    ]).join();
  assert.equal(lint('function f(): void {\n    store(new Role(a, k));\n}\n'), '');
  assert.match(
    lint('function f(): void {\n    store(new Role(a));\n}\n'),
    /x.ts:2: new Role has no key: packing it crashes/,
  );
  assert.equal(lint('function f(): void {\n    const r = new Role();\n    r.key = noKey();\n}\n'), '');
  const later =
    'function f(): void {\n    store(new Role());\n}\nfunction g(r: Role): void {\n    r.key = noKey();\n}\n';
  assert.match(lint(later), /x.ts:2: new Role has no key/, 'the key of another function is none');
});

test('lint: a handler of notifications must look at who sent it', () => {
  const handler = (call: string) => `@action("transfer", notify)\non(a: Name): void { ${call} }`;
  const told = /x.ts:1: the handler of transfer fires for any contract/;
  assert.match(lintSource('x.ts', handler('pay(a);')).join(), told);
  assert.match(lintSource('x.ts', handler('print(this.firstReceiver);')).join(), told, 'naming it is not enough');
  assert.deepEqual(lintSource('x.ts', handler('if (this.firstReceiver == T) pay(a);')), []);
  const given = handler('pay(a, this.firstReceiver);');
  assert.deepEqual(
    lintSource('x.ts', `${given}\nfunction pay(a: Name, from: Name): void { if (from != T) return; }`),
    [],
  );
  const ignored = 'function pay(a: Name, from: Name): void { if (a != T) return; }';
  assert.match(lintSource('x.ts', `${given}\n${ignored}`).join(), told, 'handing it on is not enough');
});

test('lint: an action begins with handled, then with the authority that it needs', () => {
  const text = (body: string) => `finalize(): void {}\n@action("go")\ngo(account: Name): void { ${body} }`;
  const lint = (body: string, open: string[] = []) => lintSource('x.ts', text(body), { permissionless: open }).join();
  assert.equal(lint('this.handled = true; requireAuth(account);'), '');
  assert.match(lint('requireAuth(account); go();'), /x.ts:2: action go does not begin with this.handled = true/);
  assert.match(lint('this.handled = true; go();'), /action go does not begin with requireAuth/);
  assert.match(lint('this.handled = true; if (a) requireAuth(account);'), /does not begin with requireAuth/);
  assert.match(lint('this.handled = true; // requireAuth(account);\n'), /does not begin with requireAuth/);
  assert.match(lint('this.handled = true; requireAuth(EVERYBODY);'), /neither its argument nor the contract/);
  assert.equal(lint('this.handled = true; requireAuth(this.receiver);'), '');
  assert.equal(lint('this.handled = true; go();', ['go']), '');
  assert.match(lint('this.handled = true; requireAuth(account);', ['go']), /is listed as one that anybody may push/);
  assert.match(lint('this.handled = true; go();', ['go', 'stop']), /stop is listed .* there is no such action/);
});

test('lint: the pool has nothing to tell, and every slip in it is seen', () => {
  assert.deepEqual(lintContract(sources, { permissionless }), []);
  const slips: [string, string | RegExp, string, RegExp][] = [
    ['pool.contract.ts', 'requireAuth(voter);\n', '', /action vote does not begin with requireAuth/],
    [
      'pool.contract.ts',
      /this\.handled = true;\n(\s+)depart\(/,
      '\n$1depart(',
      /action depart does not begin with this.handled/,
    ],
    ['deposits.ts', 'books.contract != token || ', '', /the handler of transfer fires for any contract/],
    ['proposals.ts', /\n.*proposal\.key = noKey\(\);/, '', /new Proposal has no key/],
    ['deposits.ts', 'row.free = add(row.free, units)', 'row.free += units', WRAPS],
    ['shares.ts', 'addCount(had, 1)', '(seat.shares + 1)', WRAPS],
  ];
  for (const [file, from, to, says] of slips) {
    assert.match(lintContract(changed(file, from, to), { permissionless }).join(), says);
  }
});

test('every action that anybody may push has its reason', () => {
  for (const [name, reason] of Object.entries(PERMISSIONLESS)) assert.ok(reason.length > 10, name);
});
