import { readFile, stat } from 'node:fs/promises';
import { sha256 } from '../../../common/canonical.ts';
import { sentence } from '../../../common/errors.ts';

/** A constitution is a text for people. */
const MOST_BYTES = 1024 * 1024;

export interface TermsCheck {
  /** Null unless it is the text of record. */
  text: string | null;
  isSame: boolean;
  /** One sentence. */
  check: string;
}

/** The constitution's text out of a file, shown only when its sha256 is the chain's: any other text is not the one that members agreed to. */
export async function compareTerms(file: string | undefined, hash: string): Promise<TermsCheck> {
  const no = (check: string): TermsCheck => ({ text: null, isSame: false, check });
  if (file === undefined) return no('this page has no text of the constitution; its hash on the chain is what counts');
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) return no(`the text that this page was given has ${size} bytes, more than ${MOST_BYTES}`);
    const bytes = await readFile(file);
    const own = sha256(bytes).toString('hex');
    if (own === hash)
      return { text: bytes.toString('utf8'), isSame: true, check: 'the sha256 of this text is the one on the chain' };
    return no(`the text that this page was given has sha256 ${own}, and the chain says ${hash}: it is not shown`);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    return no(`the text of the constitution cannot be read here (${code ?? sentence(thrown)})`);
  }
}
