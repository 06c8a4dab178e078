import { Name, PublicKey, PublicKeyType, Signature, Checksum256, Encoder, Utils, SAME_PAYER, recoverKey, sha256 } from "proton-tsc";
import { Config, Terms } from "./setup.tables";
import { KeyUse, Member } from "./member.tables";
import { fail } from "./fail";
import { now } from "./time";
import { Rows } from "./rows";

const DOMAIN: string = "bppool.join.v1";

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
    const signer = recoverKey(joinDigest(self, config, account, key, config.terms), proof);
    if (signer != key) fail(`the proof does not fit key ${key}: it must be its signature for this chain, pool, account and terms`);
}

function keyId(key: PublicKey): u64 {
    const hash = sha256(key.pack()).data;
    let id: u64 = 0;
    for (let i = 0; i < 8; i++) id = (id << 8) | <u64>hash[i];
    return id;
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
