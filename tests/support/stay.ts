/** `node stay.ts`: runs until it is ended, or ends at once with the code in STAY_CODE. */
const { STAY_CODE } = process.env;
if (STAY_CODE) {
  process.stdout.write(`ends with ${STAY_CODE}\n`);
  process.exit(Number(STAY_CODE));
}
setInterval(() => {}, 60_000);
