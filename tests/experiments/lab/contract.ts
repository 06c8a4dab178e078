import { createRequire } from 'node:module';
import { stringToName } from '../../../common/name.ts';

const SETPRODS = stringToName('setprods');
const BURN = stringToName('burn');

/** A name as the i64 constant that the text format takes. */
const constant = (name: bigint) => BigInt.asIntN(64, name).toString();

/**
 * The smallest system contract: `setprods` hands its packed argument to nodeos, `burn` counts down from the u32 in its data; other
 * actions do nothing. The eosio.bios of the package takes the same argument, but no schedule ever came of it.
 */
const TEXT = `(module
  (import "env" "read_action_data" (func $read (param i32 i32) (result i32)))
  (import "env" "action_data_size" (func $size (result i32)))
  (import "env" "set_proposed_producers_ex" (func $propose (param i64 i32 i32) (result i64)))
  (import "env" "eosio_assert" (func $assert (param i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 8) "the schedule was refused\\00")
  (func (export "apply") (param i64 i64 i64) (local $n i32)
    (local.set $n (call $read (i32.const 1024) (call $size)))
    (if (i64.eq (local.get 2) (i64.const ${constant(SETPRODS)}))
      (then (call $assert
        (i64.ge_s (call $propose (i64.const 1) (i32.const 1024) (local.get $n)) (i64.const 0))
        (i32.const 8))))
    (if (i64.eq (local.get 2) (i64.const ${constant(BURN)}))
      (then
        (local.set $n (i32.load (i32.const 1024)))
        (loop $again
          (i32.store (i32.const 2048) (i32.mul (local.get $n) (i32.const 1103515245)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))`;

interface Binaryen {
  parseText(text: string): { emitBinary(): Uint8Array };
}

/** The contract's WASM. Translated by the binaryen that comes with the contract compiler. */
export function labContract(): Buffer {
  const binaryen = createRequire(import.meta.url)('binaryen') as Binaryen;
  return Buffer.from(binaryen.parseText(TEXT).emitBinary());
}
