import { invoke } from './invoke.ts';

await invoke(process.argv.slice(2));
// An interrupted command may still wait for something that will not happen any more.
process.exit();
