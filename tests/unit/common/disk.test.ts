import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { freeBytesBeside } from '../../../common/disk.ts';

test('what is free beside a file is told, also of one that is not there yet', () => {
  const free = freeBytesBeside(path.join(tmpdir(), 'no-such-file.sqlite'));
  assert.ok(free !== null && Number.isSafeInteger(free) && free > 0, `${free}`);
});

test('of a folder that is not there nothing is known', () => {
  assert.equal(freeBytesBeside(path.join(tmpdir(), 'bppool-no-such-folder', 'file')), null);
});
