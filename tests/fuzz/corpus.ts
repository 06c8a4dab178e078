import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { candidates, chain, messages } from '../support/vectors.ts';

const KEPT = path.join(import.meta.dirname, 'corpus');
const FAILING = path.join(import.meta.dirname, 'corpus-failing');

/** What fuzzing starts from: frames of real nodes (tests/vectors), and the inputs in tests/fuzz/corpus. */
export function seedInputs(): Buffer[] {
  const captured = [...chain.blocks, ...candidates, ...Object.values(messages).flat()].map(({ frame }) => frame);
  return [...captured, ...keptInputs().map(({ bytes }) => bytes)];
}

/** Inputs that once made something fail, and others worth keeping. A file is one input in hex; its name says what it is. */
export function keptInputs(): { name: string; bytes: Buffer }[] {
  const names = readdirSync(KEPT).filter((name) => name.endsWith('.hex'));
  return names.sort().map((name) => {
    return { name, bytes: Buffer.from(readFileSync(path.join(KEPT, name), 'utf8').trim(), 'hex') };
  });
}

/** Writes a failing input down; gives the file's name. Once the fault is found, the file moves to tests/fuzz/corpus. */
export function keepFailing(target: string, bytes: Buffer): string {
  mkdirSync(FAILING, { recursive: true });
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const file = path.join(FAILING, `${target}-${hash}.hex`);
  writeFileSync(file, `${bytes.toString('hex')}\n`);
  return path.relative(process.cwd(), file);
}
