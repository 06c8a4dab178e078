import { check } from "proton-tsc";

// Ends the action with this sentence. Called within an `if`, so that the sentence is built only when it is needed:
// the arguments of check() always are, and that costs more than reading a row.
export function fail(sentence: string): void {
    check(false, sentence);
}
