import { isAccount } from '../parts/words.ts';

/** What the form asks for. */
export interface Application {
  account: string;
  key: string;
  /** ISO 3166-1 number, 0 for none. */
  location: number;
  url: string;
}

/** What is wrong with a field of the form, in one sentence; null when nothing is, or when it is empty. */
export function fieldProblem(field: keyof Application, text: string): string | null {
  if (text === '') return null;
  switch (field) {
    case 'account':
      return isAccount(text) ? null : 'An account name has up to 12 of a–z, 1–5 and dots.';
    case 'key':
      if (/^PVT_|^5[HJK]/.test(text)) return 'This is a private key: it belongs into no form. Give the public one.';
      return /^(EOS|PUB_K1_)[1-9A-HJ-NP-Za-km-z]{48,51}$/.test(text)
        ? null
        : 'A signing key begins with EOS or PUB_K1_ and has 50 characters after it.';
    case 'location':
      return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
        ? null
        : 'A location is the country’s ISO 3166-1 number, as 276 for Germany.';
    case 'url':
      return /^https?:\/\/[^\s]{3,}$/.test(text) ? null : 'An address begins with https://.';
  }
}

/** A signature as `join` takes it. */
function isSignature(text: string): boolean {
  return /^SIG_K1_[1-9A-HJ-NP-Za-km-z]{90,105}$/.test(text);
}

/**
 * The proof in what was pasted: the signature itself, or the whole line that `bppool join` printed. Null when there is none in it.
 */
export function proofIn(text: string): string | null {
  const [found] = /SIG_K1_[1-9A-HJ-NP-Za-km-z]+/.exec(text) ?? [];
  return found && isSignature(found) ? found : null;
}

/** The public key in what was pasted; null when there is none. */
export function keyIn(text: string): string | null {
  const [found] = /\b(EOS|PUB_K1_)[1-9A-HJ-NP-Za-km-z]{48,51}\b/.exec(text) ?? [];
  return found ?? null;
}

/** The command that makes the proof on the member's own machine. */
export function proofCommand({ account, location, url }: Omit<Application, 'key'>, dac: string): string {
  const more = `${url === '' ? '' : ` --url '${url.replaceAll("'", '')}'`}${location > 0 ? ` --location ${location}` : ''}`;
  return `bppool join ${account} --dac ${dac} --key-file signing.key --terms constitution.md${more}`;
}
