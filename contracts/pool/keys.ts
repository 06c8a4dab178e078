import { Name, PublicKey, PublicKeyType, Signature, Checksum256, Encoder, Utils, SAME_PAYER, recoverKey, sha256 } from "proton-tsc";
import { Config, Terms } from "./setup.tables";
import { KeyUse, Member } from "./member.tables";
import { fail } from "./fail";
import { now } from "./time";
import { Rows } from "./rows";

const DOMAIN: string = "bppool.join.v1";
// Where the numbers of a signature are: behind the type and the byte for the recovery.
const R: i32 = 2;
const S: i32 = 34;

// sha256 over domain, chain id, this pool, account, packed key and terms: the holder signs exactly this membership
function joinDigest(self: Name, config: Config, account: Name, key: PublicKey, terms: Checksum256): Checksum256 {
    const domain = Utils.stringToU8Array(DOMAIN);
    const enc = new Encoder(domain.length + 32 + 8 + 8 + 34 + 32);
    enc.packBytes(domain);
    enc.packBytes(config.chain_id.data);
    enc.packName(self);
    enc.packName(account);
    enc.packBytes(key.pack());
    enc.packBytes(terms.data);
    return sha256(enc.getBytes());
}

export function requireKeyType(key: PublicKey): void {
    if (key.keyType != PublicKeyType.K1) fail(`a signing key must be of type K1 (0), this one is of type ${<u32>key.keyType}`);
}

export function requireProof(self: Name, config: Config, account: Name, key: PublicKey, proof: Signature): void {
    requireKeyType(key);
    requireRecoverable(proof);
    const signer = recoverKey(joinDigest(self, config, account, key, config.terms), proof);
    if (signer != key) fail(`the proof does not fit key ${key}: it must be its signature for this chain, pool, account and terms`);
}

// What would make the node refuse the whole action in words of its own. One thing is left to it: that r, though a number as it should
// be, is no point of the curve, as every second one, which shows when the point is computed.
// Source: Leap crypto.cpp, `recover_key`; libsecp256k1 recovery/main_impl.h.
function requireRecoverable(proof: Signature): void {
    const first = proof.data[1];
    if (first != 27 && first != 28 && first != 31 && first != 32) fail(`the proof begins with ${first}: it must be 27, 28, 31 or 32`);
    if (!isScalar(proof, R) || !isScalar(proof, S)) fail("r or s of the proof is 0 or too large: make it anew with ./pool join");
}

// from 1 to one less than the order of the curve secp256k1
function isScalar(proof: Signature, at: i32): bool {
    const a = wordOf(proof.data, at);
    const b = wordOf(proof.data, at + 8);
    const c = wordOf(proof.data, at + 16);
    const d = wordOf(proof.data, at + 24);
    if (a != 0xffffffffffffffff) return (a | b | c | d) != 0;
    if (b != 0xfffffffffffffffe) return b < 0xfffffffffffffffe;
    if (c != 0xbaaedce6af48a03b) return c < 0xbaaedce6af48a03b;
    return d < 0xbfd25e8cd0364141;
}

// eight bytes, the highest first
function wordOf(bytes: u8[], at: i32): u64 {
    let word: u64 = 0;
    for (let i = at; i < at + 8; i++) word = (word << 8) | <u64>bytes[i];
    return word;
}

function keyId(key: PublicKey): u64 {
    return wordOf(sha256(key.pack()).data, 0);
}

// the history of the key, if there is one; refuses a key that another account ever used
function ownUse(keys: Rows<KeyUse>, account: Name, key: PublicKey, id: u64): KeyUse | null {
    const used = keys.get(id);
    if (used == null) return null;
    if (used.account != account || used.key != key) fail(`key ${key} was used by ${used.account}: take a key that no member ever used`);
    return used;
}

// Records that the account uses the key, whose proof was checked; refuses a key that another account ever used.
export function takeKey(self: Name, account: Name, key: PublicKey, payer: Name): void {
    const keys = new Rows<KeyUse>(self);
    const id = keyId(key);
    const used = ownUse(keys, account, key, id);
    if (used == null) {
        keys.store(new KeyUse(id, account, key, now()), payer);
        return;
    }
    used.until.utcSeconds = 0;
    keys.update(used, SAME_PAYER);
}

// Keeps the proof of an applicant for its admission, unchecked: recovering a key is a quarter of what join costs. Until then
// the key is not in the history, or anybody could keep another out of the pool by naming its key.
export function fileProof(self: Name, config: Config, member: Member, proof: Signature): void {
    requireKeyType(member.key);
    ownUse(new Rows<KeyUse>(self), member.account, member.key, keyId(member.key));
    member.proof = proof.data;
    member.proof_terms = config.terms_version;
}

export function dropProof(member: Member): void {
    member.proof = [];
    member.proof_terms = 0;
}

export function isProven(member: Member): bool {
    return member.proof.length == 0;
}

// Refuses an applicant whose key is another's, or not shown to be its own.
export function requireOwnKey(self: Name, config: Config, member: Member): void {
    if (isProven(member)) return;
    const key = member.key;
    ownUse(new Rows<KeyUse>(self), member.account, key, keyId(key));
    const proof = new Signature();
    proof.unpack(member.proof);
    requireRecoverable(proof);
    const signer = recoverKey(joinDigest(self, config, member.account, key, termsOf(self, config, member.proof_terms)), proof);
    if (signer != key) fail(`the proof that ${member.account} filed does not fit its key ${key}: it has to call setkey with one that does, or leave and join again`);
}

function termsOf(self: Name, config: Config, version: u32): Checksum256 {
    if (version == config.terms_version) return config.terms;
    return new Rows<Terms>(self).requireGet(version, "a version of the terms is gone: this is a fault of the contract").hash;
}

// Ends the use of the member's key in the history. A key that was never proven may be another's, and is in no use.
export function endKey(self: Name, member: Member): void {
    if (member.keyless || !isProven(member)) return;
    const keys = new Rows<KeyUse>(self);
    const used = keys.get(keyId(member.key));
    if (used == null) return;
    used.until = now();
    keys.update(used, SAME_PAYER);
}

// what a proposal carries when it is about no key: 33 zero bytes
export function noKey(): PublicKey {
    return new PublicKey(PublicKeyType.K1, new Array<u8>(33).fill(0));
}

export function isNoKey(key: PublicKey): bool {
    return key.keyType != PublicKeyType.K1 || key.k1!.data![0] == 0;
}
