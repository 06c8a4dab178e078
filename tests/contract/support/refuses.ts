import assert from 'node:assert/strict';

/** The promise must fail, with a message that says this. */
export async function refuses(attempt: Promise<unknown>, says: RegExp): Promise<void> {
  await assert.rejects(attempt, (thrown: Error) => {
    assert.match(thrown.message, says);
    return true;
  });
}

export const NO_AUTHORITY = /missing required authority/;
