import { Contract, Name, Checksum256, requireAuth, hasAuth } from "proton-tsc";
import { Asset, PublicKey, Signature, Symbol } from "./wire";
import { Config, State, Founder, Terms, ClaimAction, Strategy } from "./setup.tables";
import { Member, Seat, KeyUse } from "./member.tables";
import { Proposal, Vote, Emitter, Oracle, Arbitrator } from "./vote.tables";
import { OpenWindow, Report, Window, Dispute } from "./window.tables";
import { Books, Credit, Deposit, Order, Case, Ruling } from "./pay.tables";
import { fail } from "./fail";
import { loadConfig, loadRunning, loadState, loadWorking, requireNotDissolved, requireOpen } from "./setup";
import { handOver, init, nameFounders, requireFounding } from "./founding";
import { applyFigure, isConstitutional, requireStrategy, setClaim, setFigure } from "./figures";
import { depart, forget, join, leave, requireApplicant, setInfo, setPayee } from "./roster";
import { dropKey, setKey } from "./rotation";
import { agree, challenge, lapse, oust, requireMember, requireSuspension, requireThree, respond, resume } from "./standing";
import { refreshOwner, refreshSigning } from "./signing";
import { open, receive, release, withdraw } from "./deposits";
import { cancel, draft, execute, expire, propose, setProxy, tally, vote } from "./proposals";
import { requireRole, stop } from "./roles";
import { pause } from "./pause";
import { pruneWindows, report } from "./windows";
import { dispute } from "./verdicts";
import { claim, close, cut, pruneSeats } from "./pay";
import { collect, harvest } from "./income";
import { sweepIncome } from "./books";
import { loadOrder, payOrder, refund, requireEscrow, requireForeign, requireMonthly, requireNewToken, requireSpend, MAX_ESCROW_DAYS, MAX_MONTHS } from "./treasury";
import { answer, appeal, closeCase, open as openCase, recuse, rule } from "./cases";
import { enforce } from "./rulings";
import { dissolve } from "./dissolution";
import { requireKeyType } from "./keys";
import { requireAccount, requirePayee, requireText } from "./words";

const MAX_PRUNE: u32 = 500;

// Every action of the pool. Each says who may call it and hands over to the file that knows the rule.
@contract
class PoolContract extends Contract {
    handled: bool = false;

    // Called at the end of every action. Without it an action that does not exist would succeed.
    finalize(): void {
        if (this.receiver == this.firstReceiver && !this.handled) fail(`there is no action ${this.action}: the ABI lists them`);
    }

    // --- founding: the contract account itself, until the hand-over

    @action("init")
    init(producer: Name, token_contract: Name, core: Symbol, chain_id: Checksum256, terms: Checksum256, url: string, location: u16, founders: Name[]): void {
        this.handled = true;
        requireAuth(this.receiver);
        init(this.receiver, producer, token_contract, core, chain_id, terms, url, location, founders);
    }

    @action("founders")
    founders(accounts: Name[]): void {
        this.handled = true;
        requireAuth(this.receiver);
        const config = loadConfig(this.receiver);
        requireFounding(config);
        nameFounders(this.receiver, config, accounts);
    }

    @action("setfigure")
    setfigure(figure: Name, value: u64): void {
        this.handled = true;
        requireAuth(this.receiver);
        const config = loadConfig(this.receiver);
        requireFounding(config);
        setFigure(this.receiver, config, figure, value);
    }

    @action("setclaim")
    setclaim(code: Name, name: Name, on: boolean): void {
        this.handled = true;
        requireAuth(this.receiver);
        requireFounding(loadConfig(this.receiver));
        setClaim(this.receiver, code, name, on);
    }

    @action("handover")
    handover(): void {
        this.handled = true;
        requireAuth(this.receiver);
        const config = loadConfig(this.receiver);
        requireFounding(config);
        handOver(this.receiver, config);
    }

    // --- membership: the account itself; what time decides, anyone

    @action("join")
    join(account: Name, key: PublicKey, terms: Checksum256, proof: Signature, payee: Name, url: string, location: u16, owners: string): void {
        this.handled = true;
        requireAuth(account);
        join(this.receiver, loadRunning(this.receiver), account, key, terms, proof, payee, url, location, owners);
    }

    @action("agree")
    agree(account: Name, terms: Checksum256): void {
        this.handled = true;
        requireAuth(account);
        agree(this.receiver, loadConfig(this.receiver), account, terms);
    }

    @action("setkey")
    setkey(account: Name, key: PublicKey, proof: Signature): void {
        this.handled = true;
        requireAuth(account);
        setKey(this.receiver, loadConfig(this.receiver), account, key, proof);
    }

    @action("dropkey")
    dropkey(account: Name): void {
        this.handled = true;
        requireAuth(account);
        dropKey(this.receiver, loadConfig(this.receiver), account);
    }

    @action("setpayee")
    setpayee(account: Name, payee: Name): void {
        this.handled = true;
        requireAuth(account);
        setPayee(this.receiver, loadConfig(this.receiver), account, payee);
    }

    @action("setinfo")
    setinfo(account: Name, url: string, location: u16, owners: string): void {
        this.handled = true;
        requireAuth(account);
        setInfo(this.receiver, account, url, location, owners);
    }

    @action("leave")
    leave(account: Name): void {
        this.handled = true;
        requireAuth(account);
        leave(this.receiver, loadConfig(this.receiver), account);
    }

    @action("depart")
    depart(account: Name): void {
        this.handled = true;
        depart(this.receiver, loadConfig(this.receiver), account);
    }

    @action("challenge")
    challenge(challenger: Name, account: Name): void {
        this.handled = true;
        requireAuth(challenger);
        challenge(this.receiver, loadRunning(this.receiver), challenger, account);
    }

    @action("respond")
    respond(account: Name): void {
        this.handled = true;
        requireAuth(account);
        respond(this.receiver, loadConfig(this.receiver), account);
    }

    @action("oust")
    oust(account: Name): void {
        this.handled = true;
        oust(this.receiver, loadRunning(this.receiver), account);
    }

    @action("lapse")
    lapse(account: Name): void {
        this.handled = true;
        lapse(this.receiver, loadRunning(this.receiver), account);
    }

    @action("resume")
    resume(account: Name): void {
        this.handled = true;
        resume(this.receiver, loadConfig(this.receiver), account);
    }

    @action("forget")
    forget(account: Name): void {
        this.handled = true;
        forget(this.receiver, account);
    }

    @action("refresh")
    refresh(): void {
        this.handled = true;
        const config = loadConfig(this.receiver);
        refreshSigning(this.receiver, config);
        refreshOwner(this.receiver, config);
    }

    // --- deposits for bonds and fees

    @action("open")
    open(account: Name): void {
        this.handled = true;
        requireAuth(account);
        open(this.receiver, account);
    }

    @action("transfer", notify)
    received(): void {
        receive(this.receiver, this.firstReceiver);
    }

    @action("withdraw")
    withdraw(account: Name, quantity: Asset): void {
        this.handled = true;
        requireAuth(account);
        withdraw(this.receiver, account, quantity);
    }

    @action("release")
    release(account: Name): void {
        this.handled = true;
        release(this.receiver, loadConfig(this.receiver), account);
    }

    // --- proposals: one action a kind, so that a wallet shows what is proposed

    @action("propadmit")
    propadmit(proposer: Name, account: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("admit"), proposer, text);
        requireOpen(config);
        requireApplicant(this.receiver, config, account);
        p.subject = account;
        propose(this.receiver, config, p);
    }

    @action("propexpel")
    propexpel(proposer: Name, account: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("expel"), proposer, text);
        requireMember(this.receiver, account);
        requireThree(this.receiver);
        p.subject = account;
        p.respondent = account;
        p.two_thirds = true;
        propose(this.receiver, config, p);
    }

    @action("propsuspend")
    propsuspend(proposer: Name, account: Name, seconds: u64, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("suspend"), proposer, text);
        requireMember(this.receiver, account);
        requireThree(this.receiver);
        requireSuspension(seconds);
        p.subject = account;
        p.respondent = account;
        p.value = seconds;
        p.two_thirds = true;
        propose(this.receiver, config, p);
    }

    @action("propterms")
    propterms(proposer: Name, terms: Checksum256, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("terms"), proposer, text);
        requireOpen(config);
        if (terms == config.terms) fail(`terms ${terms} are in force already: name another hash`);
        p.digest = terms;
        p.two_thirds = true;
        propose(this.receiver, config, p);
    }

    @action("propconfig")
    propconfig(proposer: Name, figure: Name, value: u64, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("config"), proposer, text);
        applyFigure(loadConfig(this.receiver), figure, value); // a copy: the vote on it runs by the figures of today
        p.subject = figure;
        p.value = value;
        p.two_thirds = isConstitutional(figure);
        propose(this.receiver, config, p);
    }

    @action("propurl")
    propurl(proposer: Name, url: string, location: u16, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("url"), proposer, text);
        requireText("url", url);
        p.detail = url;
        p.value = <u64>location;
        propose(this.receiver, config, p);
    }

    @action("propregister")
    propregister(proposer: Name, on: boolean, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("register"), proposer, text);
        p.value = on ? 1 : 0;
        propose(this.receiver, config, p);
    }

    @action("propstrategy")
    propstrategy(proposer: Name, strategy: string, mode: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("strategy"), proposer, text);
        requireStrategy(strategy, mode);
        p.detail = strategy;
        p.subject = mode;
        propose(this.receiver, config, p);
    }

    @action("propclaim")
    propclaim(proposer: Name, code: Name, name: Name, on: boolean, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("claim"), proposer, text);
        requireAccount("claim contract", code);
        p.subject = code;
        p.target = name;
        p.value = on ? 1 : 0;
        propose(this.receiver, config, p);
    }

    @action("proprole")
    proprole(proposer: Name, role: Name, account: Name, on: boolean, key: PublicKey, endpoints: string, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("role"), proposer, text);
        requireRole(role);
        requireKeyType(key);
        requireAccount(role.toString(), account);
        p.target = role;
        p.subject = account;
        p.value = on ? 1 : 0;
        p.key = key;
        p.detail = endpoints;
        propose(this.receiver, config, p);
    }

    @action("proporder")
    proporder(proposer: Name, payee: Name, amount: Asset, months: u16, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("order"), proposer, text);
        requireSpend(this.receiver, config, payee, amount);
        if (months < 1 || <u64>months > MAX_MONTHS) fail(`months is ${months}: 1 to ${MAX_MONTHS} are allowed`);
        p.subject = payee;
        p.amount = amount;
        p.value = <u64>months;
        propose(this.receiver, config, p);
    }

    @action("propend")
    propend(proposer: Name, order: u64, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("end"), proposer, text);
        requireMonthly(this.receiver, order);
        p.value = order;
        propose(this.receiver, config, p);
    }

    @action("propspend")
    propspend(proposer: Name, payee: Name, amount: Asset, days: u32, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("spend"), proposer, text);
        requireSpend(this.receiver, config, payee, amount);
        if (<u64>days > MAX_ESCROW_DAYS) fail(`days is ${days}: at most ${MAX_ESCROW_DAYS} are allowed`);
        p.subject = payee;
        p.amount = amount;
        p.value = <u64>days;
        propose(this.receiver, config, p);
    }

    @action("propaccept")
    propaccept(proposer: Name, order: u64, accepted: boolean, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("accept"), proposer, text);
        requireEscrow(this.receiver, order);
        p.value = order;
        p.option = accepted ? 1 : 0;
        propose(this.receiver, config, p);
    }

    @action("proptoken")
    proptoken(proposer: Name, contract: Name, core: Symbol, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("token"), proposer, text);
        requireNewToken(this.receiver, contract, core);
        p.token = contract;
        p.amount = new Asset(0, core);
        propose(this.receiver, config, p);
    }

    @action("propforeign")
    propforeign(proposer: Name, contract: Name, amount: Asset, to: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("foreign"), proposer, text);
        requirePayee(this.receiver, config, to);
        requireForeign(this.receiver, contract, amount);
        p.token = contract;
        p.amount = amount;
        p.subject = to;
        propose(this.receiver, config, p);
    }

    @action("propmsig")
    propmsig(proposer: Name, msig_proposer: Name, proposal_name: Name, trx_hash: Checksum256, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("msig"), proposer, text);
        p.subject = msig_proposer;
        p.target = proposal_name;
        p.digest = trx_hash;
        p.two_thirds = true;
        propose(this.receiver, config, p);
    }

    @action("propsettle")
    propsettle(proposer: Name, window: u64, eligible: u8[], metrics_hash: Checksum256, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("settle"), proposer, text);
        p.value = window;
        p.data = eligible;
        p.digest = metrics_hash;
        propose(this.receiver, config, p);
        dispute(this.receiver, config, p, eligible);
    }

    @action("propvoid")
    propvoid(proposer: Name, window: u64, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("void"), proposer, text);
        p.value = window;
        propose(this.receiver, config, p);
        dispute(this.receiver, config, p, null);
    }

    @action("propunpause")
    propunpause(proposer: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("unpause"), proposer, text);
        propose(this.receiver, config, p);
    }

    @action("propdissolve")
    propdissolve(proposer: Name, text: string): void {
        this.handled = true;
        requireAuth(proposer);
        const config = loadConfig(this.receiver);
        const p = draft(this.receiver, Name.fromString("dissolve"), proposer, text);
        requireOpen(config);
        p.two_thirds = true;
        propose(this.receiver, config, p);
    }

    // --- votes

    @action("vote")
    vote(voter: Name, id: u64, hash: Checksum256, yes: boolean): void {
        this.handled = true;
        requireAuth(voter);
        vote(this.receiver, voter, id, hash, yes);
    }

    @action("setproxy")
    setproxy(account: Name, proxy: Name): void {
        this.handled = true;
        requireAuth(account);
        setProxy(this.receiver, account, proxy);
    }

    @action("tally")
    tally(id: u64): void {
        this.handled = true;
        tally(this.receiver, loadConfig(this.receiver), id);
    }

    @action("execute")
    execute(id: u64): void {
        this.handled = true;
        execute(this.receiver, loadConfig(this.receiver), id);
    }

    @action("expire")
    expire(id: u64): void {
        this.handled = true;
        expire(this.receiver, id);
    }

    @action("cancel")
    cancel(proposer: Name, id: u64): void {
        this.handled = true;
        requireAuth(proposer);
        cancel(this.receiver, proposer, id);
    }

    // --- what two members do at once

    @action("stop")
    stop(member: Name, role: Name, account: Name): void {
        this.handled = true;
        requireAuth(member);
        loadConfig(this.receiver);
        stop(this.receiver, member, role, account);
    }

    @action("pause")
    pause(member: Name): void {
        this.handled = true;
        requireAuth(member);
        pause(this.receiver, loadConfig(this.receiver), member);
    }

    // --- windows and epochs

    @action("report")
    report(oracle: Name, window: u64, eligible: u8[], metrics: u8[], metrics_hash: Checksum256, log_root: Checksum256, strategy: string, version: string): void {
        this.handled = true;
        requireAuth(oracle);
        report(this.receiver, loadRunning(this.receiver), oracle, window, eligible, metrics, metrics_hash, log_root, strategy, version);
    }

    @action("cut")
    cut(): void {
        this.handled = true;
        cut(this.receiver, loadWorking(this.receiver), loadState(this.receiver));
    }

    @action("close")
    close(): void {
        this.handled = true;
        close(this.receiver, loadWorking(this.receiver));
    }

    @action("prune")
    prune(max: u32): void {
        this.handled = true;
        if (max < 1 || max > MAX_PRUNE) fail(`max is ${max}: 1 to ${MAX_PRUNE} are allowed`);
        const config = loadConfig(this.receiver);
        const state = loadState(this.receiver);
        const pruned = pruneWindows(this.receiver, state, max) + pruneSeats(this.receiver, config, state);
        if (pruned == 0) fail(`nothing to prune: no window up to ${state.closed_through} and no leaver's seat is left`);
    }

    // --- income and pay

    @action("harvest")
    harvest(id: u64): void {
        this.handled = true;
        harvest(this.receiver, loadConfig(this.receiver), id);
    }

    @action("collect")
    collect(token: u64): void {
        this.handled = true;
        collect(this.receiver, loadConfig(this.receiver), token);
    }

    @action("sweep")
    sweep(token: u64): void {
        this.handled = true;
        sweepIncome(this.receiver, loadConfig(this.receiver), token);
    }

    @action("claim")
    claim(account: Name, token: u64): void {
        this.handled = true;
        claim(this.receiver, account, token);
    }

    // --- treasury

    @action("payorder")
    payorder(id: u64): void {
        this.handled = true;
        payOrder(this.receiver, loadRunning(this.receiver), id);
    }

    @action("refund")
    refund(id: u64): void {
        this.handled = true;
        const config = loadConfig(this.receiver);
        requireNotDissolved(config);
        refund(this.receiver, config, id, hasAuth(loadOrder(this.receiver, id).payee));
    }

    // --- arbitration

    @action("opencase")
    opencase(claimant: Name, respondent: Name, order: u64, window: u64, evidence: Checksum256): void {
        this.handled = true;
        requireAuth(claimant);
        openCase(this.receiver, loadRunning(this.receiver), claimant, respondent, order, window, evidence);
    }

    @action("answer")
    answer(respondent: Name, id: u64, reply: Checksum256): void {
        this.handled = true;
        requireAuth(respondent);
        answer(this.receiver, respondent, id, reply);
    }

    @action("recuse")
    recuse(arbitrator: Name, id: u64): void {
        this.handled = true;
        requireAuth(arbitrator);
        recuse(this.receiver, arbitrator, id);
    }

    @action("rule")
    rule(arbitrator: Name, id: u64, compensation: Asset, penalty: Asset, act: Name, value: u64, reason: Checksum256): void {
        this.handled = true;
        requireAuth(arbitrator);
        rule(this.receiver, loadConfig(this.receiver), arbitrator, id, compensation, penalty, act, value, reason);
    }

    @action("appeal")
    appeal(party: Name, id: u64, text: string): void {
        this.handled = true;
        requireAuth(party);
        appeal(this.receiver, loadConfig(this.receiver), party, id, text);
    }

    @action("enforce")
    enforce(id: u64): void {
        this.handled = true;
        enforce(this.receiver, loadRunning(this.receiver), id);
    }

    @action("closecase")
    closecase(id: u64): void {
        this.handled = true;
        closeCase(this.receiver, loadConfig(this.receiver), id);
    }

    // --- the end

    @action("dissolve")
    dissolve(): void {
        this.handled = true;
        dissolve(this.receiver, loadConfig(this.receiver));
    }
}
