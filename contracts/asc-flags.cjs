// Preloaded into the contract's compiler, for what costs billed CPU (docs/decisions/contract-rows.md):
// - proton-asc appends its own -O2z to whatever it is given; with -O3 join is 18 % cheaper and the WASM 15 % larger;
// - it makes the arguments of each action a Packer, though nobody packs them: then each encoding of any other Packer walks
//   through some 70 comparisons first.
const asc = require('proton-asc/src/asc/asc.js');

const compile = asc.main;
const ACTION_ARGUMENTS = /^class (\w+Action) implements _chain\.Packer/gm;

asc.main = (args, options, ...rest) => {
  if (options?.readFile) {
    const read = options.readFile.bind(options);
    options.readFile = (file, folder) => read(file, folder)?.replace(ACTION_ARGUMENTS, 'class $1') ?? null;
  }
  return compile(
    args.map((arg) => (arg === '-O2z' ? '-O3' : arg)),
    options,
    ...rest,
  );
};
