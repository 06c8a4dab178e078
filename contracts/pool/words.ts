import { Name, Symbol, Utils, isAccount } from "proton-tsc";
import { Config } from "./setup.tables";
import { fail } from "./fail";

const MAX_TEXT: i32 = 255;
const MAX_LABEL: i32 = 32;

// texts that people give along; a url of 255 bytes still fits an inline regproducer2 with 100 keys (4,096 bytes)
export function requireText(what: string, text: string): void {
    if (text.length <= 63) return; // at most 4 bytes each
    const bytes = Utils.stringToU8Array(text).length;
    if (bytes > MAX_TEXT) fail(`the ${what} has ${bytes} bytes: at most ${MAX_TEXT} are allowed`);
}

export function requireLabel(what: string, text: string): void {
    const bytes = Utils.stringToU8Array(text).length;
    if (bytes == 0 || bytes > MAX_LABEL) fail(`the ${what} has ${bytes} bytes: 1 to ${MAX_LABEL} are allowed`);
}

export function requireAccount(what: string, account: Name): void {
    if (!isAccount(account)) fail(`${what} ${account} is no account on this chain`);
}

// an account that may be paid: not the pool itself, or the books would count the money twice
export function requirePayee(self: Name, config: Config, payee: Name): void {
    requireAccount("payee", payee);
    if (payee == self || payee == config.producer) fail(`payee ${payee} belongs to the pool itself: name another account`);
}

export function requireSymbol(wanted: Symbol, given: Symbol): void {
    if (given != wanted) fail(`the amount is in ${given}: the core token is ${wanted}`);
}
