import { Name } from "proton-tsc";
import { Config, ClaimAction } from "./setup.tables";
import { CORE } from "./pay.tables";
import { fail } from "./fail";
import { loadBooks, sweepIncome } from "./books";
import { loadState, saveState } from "./setup";
import { balanceOf, sendClaimReward, sendCollect } from "./system";
import { Rows } from "./rows";

// Has the chain pay the producer by one of the claims, then books what came. Anyone may call it, and often should:
// what the votes earn decays to nothing three days after the last claim.
export function harvest(self: Name, config: Config, id: u64): void {
    const claim = new Rows<ClaimAction>(self).get(id);
    if (claim == null) fail(`there is no claim ${id}: the table claims lists them`);
    const books = loadBooks(self, CORE);
    const state = loadState(self);
    state.before_claim = balanceOf(books.contract, config.producer, books.symbol);
    saveState(self, state);
    sendClaimReward(claim!.code, claim!.name, config.producer);
    sendCollect(self, CORE);
}

// Only what a claim brought lets an epoch end: otherwise dust and a claim of nothing would eat everybody's shares.
function noteClaim(self: Name, held: i64): void {
    const state = loadState(self);
    if (state.before_claim < 0) return;
    if (held > state.before_claim) state.harvested = true;
    state.before_claim = -1;
    saveState(self, state);
}

// Takes what came to the producer account into the books; the tokens stay there, for it pays the claims.
export function collect(self: Name, config: Config, token: u64): void {
    if (token == CORE) {
        const books = loadBooks(self, CORE);
        noteClaim(self, balanceOf(books.contract, config.producer, books.symbol));
    }
    sweepIncome(self, config, token);
}
