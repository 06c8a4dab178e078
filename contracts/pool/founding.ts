import { Name, Symbol, Checksum256, isAccount } from "proton-tsc";
import { Config, State, Founder, Terms, Strategy, FOUNDING, LIVE } from "./setup.tables";
import { Books, CORE } from "./pay.tables";
import { fail } from "./fail";
import { requireAccount, requireText } from "./words";
import { saveConfig, saveState } from "./setup";
import { countVoting, MAX_SEATS } from "./seats";
import { refreshOwner } from "./signing";
import { sendCodeActive, sendInvalidate, tokenExists } from "./system";
import { now } from "./time";
import { Rows, Single } from "./rows";

// From the first action to the moment when no key holds the contract's account any more.

export function init(self: Name, producer: Name, tokenContract: Name, core: Symbol, chainId: Checksum256, terms: Checksum256, url: string, location: u16, founders: Name[]): void {
    if (new Single<Config>(self).getOrNull() != null) fail("the pool is set up already: setfigure and founders change it until the hand-over");
    requireAccount("producer", producer);
    if (producer == self) fail(`producer ${producer} must be another account than the contract's`);
    requireAccount("token contract", tokenContract);
    if (!tokenExists(tokenContract, core)) fail(`token contract ${tokenContract} has no token ${core}`);
    requireText("url", url);
    const config = new Config(producer);
    config.chain_id = chainId;
    config.terms = terms;
    config.url = url;
    config.location = location;
    saveConfig(self, config);
    saveState(self, new State());
    const strategy = new Strategy();
    strategy.mode = Name.fromString("propose");
    strategy.previous_mode = strategy.mode;
    new Single<Strategy>(self).set(strategy, self);
    new Rows<Terms>(self).store(new Terms(config.terms_version, terms, now(), now()), self);
    new Rows<Books>(self).store(new Books(CORE, tokenContract, core, producer), self);
    nameFounders(self, config, founders);
}

export function requireFounding(config: Config): void {
    if (config.phase != FOUNDING) fail("the founding is over: propose it to the members instead");
}

// Replaces the list of those who are named and have not joined yet.
export function nameFounders(self: Name, config: Config, founders: Name[]): void {
    if (founders.length > MAX_SEATS) fail(`${founders.length} founders are named: at most ${MAX_SEATS} are allowed`);
    const table = new Rows<Founder>(self);
    let row = table.first();
    while (row != null) {
        table.remove(row);
        row = table.first();
    }
    for (let i = 0; i < founders.length; i++) {
        requireAccount("founder", founders[i]);
        if (founders[i] == self || founders[i] == config.producer) fail(`${founders[i]} is the pool itself and cannot be a member`);
        if (table.exists(founders[i].N)) fail(`founder ${founders[i]} is named twice`);
        table.store(new Founder(founders[i]), self);
    }
}

// The founders have joined: the contract's code takes `active`, and the code or a large part of the members `owner`.
export function handOver(self: Name, config: Config): void {
    const missing = new Rows<Founder>(self).first();
    if (missing != null) fail(`founder ${missing.account} has not joined: wait for it, or take it off the list with founders`);
    if (countVoting(self, 1) == 0) fail("nobody is a member: name founders and let them join first");
    config.phase = LIVE;
    saveConfig(self, config);
    sendInvalidate(self);
    sendInvalidate(config.producer);
    sendCodeActive(self);
    refreshOwner(self, config);
}
