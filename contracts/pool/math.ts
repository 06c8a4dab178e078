import { fail } from "./fail";

// Integers wrap silently in AssemblyScript: every amount goes through these, and an amount is never negative.

export function add(a: i64, b: i64): i64 {
    if (a < 0 || b < 0) fail(`amounts ${a} and ${b} must not be negative`);
    if (a > i64.MAX_VALUE - b) fail(`${a} plus ${b} is more than an amount can hold`);
    return a + b;
}

export function sub(a: i64, b: i64): i64 {
    if (a < 0 || b < 0) fail(`amounts ${a} and ${b} must not be negative`);
    if (b > a) fail(`${b} cannot be taken from ${a}`);
    return a - b;
}

export function mul(a: i64, b: i64): i64 {
    if (a < 0 || b < 0) fail(`amounts ${a} and ${b} must not be negative`);
    if (b != 0 && a > i64.MAX_VALUE / b) fail(`${a} times ${b} is more than an amount can hold`);
    return a * b;
}

export function smaller(a: i64, b: i64): i64 {
    return a < b ? a : b;
}

// floor(amount * permille / 1000) without an intermediate above the amount itself
export function permilleOf(amount: i64, permille: u16): i64 {
    if (permille > 1000) fail(`${permille} permille is more than the whole`);
    const thousands = amount / 1000;
    const rest = amount % 1000;
    return add(mul(thousands, <i64>permille), mul(rest, <i64>permille) / 1000);
}

export function addCount(a: u32, b: u32): u32 {
    if (a > u32.MAX_VALUE - b) fail(`${a} plus ${b} is more than a count can hold`);
    return a + b;
}

export function takeCount(a: u32, b: u32): u32 {
    if (b > a) fail(`${b} cannot be taken from a count of ${a}`);
    return a - b;
}
