import { z } from 'zod';

/** "one,two" as a list without doubles; an empty text is an empty list. */
export const commaList = z
  .string()
  .default('')
  .transform((text) => [
    ...new Set(
      text
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),
    ),
  ]);

/** An empty variable is an unset one. */
export const optionalText = z.preprocess((text) => (text === '' ? undefined : text), z.string().optional());
