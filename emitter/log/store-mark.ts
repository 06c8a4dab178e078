import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { PoolError, sentence } from '../../common/errors.ts';

const schema = z.strictObject({
  seq: z.int().min(0),
  hash: z.string().regex(/^([0-9a-f]{64})?$/),
  keys: z.array(z.string().max(200)).max(100),
});

/**
 * The newest decision that an emitter saw, and the hash of its text, so that it notices when decisions were lost; 0 and '' before the first. `keys`:
 * whose votes counted, for the contract may name others before it runs again.
 */
export type Known = z.infer<typeof schema>;

/** That, in a small file beside the emitter's own log. */
export class StoreMark {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Null for an emitter that has seen no decision yet. Throws PoolError `event_log` for a file that was damaged. */
  read(): Known | null {
    if (!existsSync(this.file)) return null;
    try {
      return schema.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch (thrown) {
      const why = thrown instanceof z.ZodError ? 'it is not what an emitter writes there' : sentence(thrown);
      throw new PoolError(
        'event_log',
        `${this.file} cannot be read (${why}): it says which decisions were there before`,
      );
    }
  }

  /**
   * Not two at once. Rejects as writeFile does. Off the main thread: ext4 has a file's bytes on the disk before it takes another's name, and a
   * candidate that came meanwhile waited 7 ms.
   */
  async write(known: Known): Promise<void> {
    await writeFile(`${this.file}.new`, JSON.stringify(known));
    await rename(`${this.file}.new`, this.file);
  }
}

/** What an emitter is told whose mark does not fit the cluster; `why`: a clause. */
export function storeLost(why: string): PoolError {
  const todo =
    'no block leaves until an operator has made sure that the pool has no window, and removes the file EVENT_LOG-store';
  return new PoolError('store_lost', `the cluster's decisions are not those that this emitter knows (${why}): ${todo}`);
}
