import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../..');
const FOLDERS = [
  'agent',
  'bench',
  'common',
  'dashboard',
  'emitter',
  'oracle',
  'cli',
  'devnet',
  'deploy',
  'contracts',
  'tests',
];
const SKIPPED = new Set(['node_modules', 'target', 'vectors']);

interface Import {
  from: string;
  /** A file of this repository, or the name of a package. */
  to: string;
  typeOnly: boolean;
}

function sources(folder: string): string[] {
  let entries: import('node:fs').Dirent[];
  try {
    entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(name);
    return entry.name.endsWith('.ts') ? [name] : [];
  });
}

const files = FOLDERS.flatMap(sources);
// The contract is AssemblyScript, with rules and a compiler of its own.
const typescript = files.filter((file) => !/^contracts\/[^/]+\//.test(file));
const program = typescript.filter((file) => !file.startsWith('tests/'));

function text(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const to = specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier;
    found.push({ from: file, to, typeOnly });
  };
  const source = text(file);
  for (const [, kind, names, specifier] of source.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^'";]*?\s+from\s+)?'([^']+)'/gm,
  )) {
    const inline = /\{([^}]*)\}/.exec(names ?? '');
    const onlyTypes = inline?.[1]?.split(',').every((name) => !name.trim() || name.trim().startsWith('type '));
    const others = (names ?? '').replace(/\{[^}]*\}/, '').replace(/\bfrom\b|[\s,]/g, '');
    add(specifier as string, kind !== undefined || (onlyTypes === true && others === ''));
  }
  for (const [, specifier] of source.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) add(specifier as string, false);
  return found;
}

const imports = typescript.flatMap(importsOf);

function describe({ from, to, typeOnly }: Import): string {
  return `${from} imports ${typeOnly ? 'types of ' : ''}${to}`;
}

/** What a stage of the emitter may import besides common/, limits.ts and itself. */
const STAGES: Record<string, { all: string[]; types: string[] }> = {
  decode: { all: [], types: [] },
  session: { all: ['decode'], types: [] },
  verify: { all: ['decode'], types: [] },
  forks: { all: [], types: [] },
  select: { all: ['forks'], types: [] },
  exchange: { all: ['decode'], types: [] },
  relay: { all: ['decode'], types: ['session'] },
  log: { all: [], types: ['select'] },
  decide: { all: ['log'], types: [] },
  agents: { all: ['verify'], types: [] },
};

/** Files beside the stages that they may import. */
const SHARED = ['emitter/limits.ts'];
/** The only files that may put stages together. */
const WIRING = [
  'emitter/emitter.ts',
  'emitter/main.ts',
  'emitter/chooser.ts',
  'emitter/candidates.ts',
  'emitter/rehearsal.ts',
  'emitter/begin-log.ts',
  'emitter/public-chain.ts',
  'emitter/public-side.ts',
  'emitter/member-links.ts',
  'emitter/suspects.ts',
  'emitter/standby.ts',
];
/** Small helpers of the wiring, each with the one stage it knows. */
const BESIDE: Record<string, string[]> = {
  'emitter/config.ts': ['select'],
  'emitter/candidate-record.ts': ['decode', 'verify', 'log'],
  'emitter/ahead.ts': [],
  'emitter/awake.ts': [],
  'emitter/collect.ts': [],
  'emitter/drain.ts': [],
  'emitter/reload.ts': [],
  'emitter/room.ts': ['relay'],
  'emitter/members.ts': ['verify'],
  'emitter/agents.ts': ['agents'],
  'emitter/settings.ts': ['select'],
  'emitter/settled.ts': [],
  'emitter/acceptance.ts': [],
  'emitter/watch.ts': ['select'],
  'emitter/http.ts': [],
  'emitter/metrics.ts': [],
  'emitter/status.ts': ['exchange', 'relay', 'select'],
  'emitter/limits.ts': [],
};

function stageOf(file: string): string | null {
  const [top, stage, rest] = file.split('/');
  return top === 'emitter' && rest !== undefined ? (stage ?? null) : null;
}

test('imports are seen: the check is not empty', () => {
  assert.ok(program.length > 40, `${program.length} files`);
  assert.ok(imports.length > 150, `${imports.length} imports`);
  const some = imports.find(
    ({ from, to }) => from === 'emitter/relay/member-link.ts' && to.endsWith('frame-socket.ts'),
  );
  assert.equal(some?.typeOnly, true);
  const other = imports.find(({ from, to }) => from === 'emitter/session/dial.ts' && to.endsWith('frame-socket.ts'));
  assert.equal(other?.typeOnly, false);
  assert.ok(
    imports.some(({ from, to }) => from === 'emitter/relay/member-link.ts' && to === 'emitter/decode/block.ts'),
  );
});

test('every relative import names a file that is there, with its extension', () => {
  const known = new Set(files);
  const bad = imports.filter(
    ({ to }) => /^(\w+)\//.test(to) && FOLDERS.includes(to.split('/')[0] ?? '') && !known.has(to),
  );
  assert.deepEqual(bad.filter(({ from }) => program.includes(from)).map(describe), []);
});

test('every folder of the emitter is a known stage', () => {
  const stages = new Set(program.map(stageOf).filter((stage) => stage !== null));
  assert.deepEqual([...stages].sort(), Object.keys(STAGES).sort());
  const beside = program.filter((file) => file.startsWith('emitter/') && stageOf(file) === null);
  assert.deepEqual(beside.sort(), [...WIRING, ...Object.keys(BESIDE)].sort());
});

test('a stage of the emitter imports common/, itself and what stands in the table', () => {
  const bad = imports.filter((one) => {
    const stage = stageOf(one.from);
    if (stage === null || !one.to.startsWith('emitter/')) return false;
    if (SHARED.includes(one.to)) return false;
    const target = stageOf(one.to);
    if (target === stage) return false;
    const allowed = STAGES[stage];
    if (target === null || !allowed) return true;
    return !(allowed.all.includes(target) || (one.typeOnly && allowed.types.includes(target)));
  });
  assert.deepEqual(bad.map(describe), []);
});

test('only the wiring knows several stages', () => {
  for (const file of program.filter((name) => name.startsWith('emitter/') && stageOf(name) === null)) {
    if (WIRING.includes(file)) continue;
    const used = imports.filter(({ from }) => from === file).map(({ to }) => stageOf(to));
    const stages = [...new Set(used.filter((stage) => stage !== null))];
    assert.deepEqual(
      stages.filter((stage) => !BESIDE[file]?.includes(stage)),
      [],
      `${file} knows ${stages}`,
    );
  }
});

test('emitter, oracle, agent and dashboard never import each other, and nothing of cli, devnet, deploy or tests', () => {
  const services = ['emitter', 'oracle', 'agent', 'dashboard'];
  const bad = imports.filter(({ from, to }) => {
    const [source, target] = [from.split('/')[0] ?? '', to.split('/')[0] ?? ''];
    if (!services.includes(source) || source === target || !FOLDERS.includes(target)) return false;
    return target !== 'common';
  });
  assert.deepEqual(bad.map(describe), []);
});

test('deploy imports common, the proof of contracts, and itself; a plan is made without clock, node and file', () => {
  const known = ['common', 'contracts', 'deploy'];
  const bad = imports.filter(({ from, to }) => {
    const target = to.split('/')[0] ?? '';
    return from.startsWith('deploy/') && FOLDERS.includes(target) && !known.includes(target);
  });
  assert.deepEqual(bad.map(describe), []);
  for (const file of program.filter((name) => name.startsWith('deploy/plan/')))
    assert.doesNotMatch(
      code(file),
      /Date\.now|performance\.|Math\.random|process\.|node:(?!crypto)|\.post\(|client/,
      file,
    );
});

test('common imports nothing of the rest', () => {
  const bad = imports.filter(({ from, to }) => {
    return from.startsWith('common/') && FOLDERS.includes(to.split('/')[0] ?? '') && !to.startsWith('common/');
  });
  assert.deepEqual(bad.map(describe), []);
});

test('no program imports a test', () => {
  const bad = imports.filter(({ from, to }) => !from.startsWith('tests/') && to.startsWith('tests/'));
  assert.deepEqual(bad.map(describe), []);
});

test('node:net only in the three socket files of the emitter and the port reservation', () => {
  const sockets = ['listen', 'take-over', 'dial'].map((name) => `emitter/session/${name}.ts`).concat('devnet/ports.ts');
  const types = ['emitter/session/frame-socket.ts'];
  const bad = imports.filter(({ from, to, typeOnly }) => {
    // A bench plays both ends of the emitter's connections.
    if (!/^(node:)?(net|tls|dgram)$/.test(to) || !program.includes(from) || from.startsWith('bench/')) return false;
    return !(sockets.includes(from) || (typeOnly && types.includes(from)));
  });
  assert.deepEqual(bad.map(describe), []);
});

test('no import cycles', () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: string[]) => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    if (done.has(file) || trail.includes(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of typescript) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('the selection has no clock, no socket, no file and no chance in it', () => {
  for (const file of program.filter((name) => name.startsWith('emitter/select/'))) {
    for (const { to } of imports.filter(({ from }) => from === file))
      assert.ok(!to.startsWith('node:'), `${file}: ${to}`);
    const source = text(file);
    assert.doesNotMatch(source, /Date\.now|performance\.|Math\.random|setTimeout|process\.|await |Promise/, file);
  }
});

/** Code without comments and texts, templates included, so that words in them do not count. */
function code(file: string): string {
  return text(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, '``');
}

test('no type is left open', () => {
  const word = ['an', 'y'].join('');
  const pattern = new RegExp(`(:\\s*|\\bas |<)${word}\\b|\\b${word}\\[\\]`);
  assert.match(`let a: ${word}`, pattern);
  assert.deepEqual(
    typescript.filter((file) => pattern.test(code(file))),
    [],
  );
});

test('no marks of unfinished work', () => {
  const mark = new RegExp(`\\b(${['TO', 'FIX'].map((start, i) => start + ['DO', 'ME'][i]).join('|')}|X{3})\\b`);
  assert.deepEqual(
    files.filter((file) => mark.test(text(file))),
    [],
  );
});

test('nothing that type stripping cannot run: no enum, namespace or parameter property', () => {
  const bad = typescript.filter((file) => {
    return (
      /^\s*(export\s+)?(const\s+)?(enum|namespace)\s+\w/m.test(code(file)) ||
      /constructor\([^)]*\b(private|public|protected|readonly)\b/.test(code(file))
    );
  });
  assert.deepEqual(bad, []);
});
