import { z } from 'zod';

/**
 * The bp.json that producers publish: the standard of https://github.com/eosrio/bp-info-standard, revision 1.0.4 (schema.json), written anew as
 * zod. What the standard leaves open stays open: other fields below `org` and a node are allowed, at the top they are not.
 */

const url = z
  .string()
  .regex(/^https?:\/\/.+[^/]$/, 'it takes an address "http://…" or "https://…" that does not end with "/"');
/** The standard takes an empty text for an address that is not there. */
const optionalUrl = z
  .union([z.literal(''), url], 'it takes an address "http://…" or "https://…" that does not end with "/"')
  .optional();
const userName = z
  .string()
  .regex(/^[\w.-]*$/, 'it takes a user name alone, no address and no "@"')
  .optional();
const pageName = z
  .string()
  .regex(/^[\w./-]*$/, 'it takes the name of the page alone, not its address')
  .optional();
const oneOrMany = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)]);

const location = z.looseObject({
  name: z.string('a place needs its name, as "Berlin, Germany"').min(1, 'a place needs its name, as "Berlin, Germany"'),
  country: z
    .string('it takes a country by ISO 3166-1, two capital letters')
    .regex(/^[A-Z]{2}$/, 'it takes a country by ISO 3166-1, two capital letters'),
  latitude: z.number().min(-90, 'a latitude is from -90 to 90').max(90, 'a latitude is from -90 to 90').optional(),
  longitude: z
    .number()
    .min(-180, 'a longitude is from -180 to 180')
    .max(180, 'a longitude is from -180 to 180')
    .optional(),
});

const nodeType = z.enum(['producer', 'query', 'seed'], 'it takes producer, query or seed');

const node = z.looseObject({
  location: location.optional(),
  node_type: oneOrMany(nodeType),
  full: z.boolean('it takes true or false').optional(),
  p2p_endpoint: z
    .string()
    .regex(/^[\w.-]+:\d{1,5}$/, 'it takes "host:port"')
    .optional(),
  api_endpoint: z
    .union(
      [z.literal(''), z.string().regex(/^http:\/\/./, 'it takes an address "http://…"')],
      'it takes an address "http://…"',
    )
    .optional(),
  ssl_endpoint: z
    .union(
      [z.literal(''), z.string().regex(/^https:\/\/./, 'it takes an address "https://…"')],
      'it takes an address "https://…"',
    )
    .optional(),
  features: z.array(z.string()).optional(),
});

export const bpJson = z.strictObject({
  producer_account_name: z
    .string()
    .regex(/^[.12345a-z]{1,12}$/, 'it takes an account name: up to 12 of a-z, 1-5 and dots'),
  org: z.looseObject({
    location,
    candidate_name: z.string('the name of the organisation is missing'),
    website: url,
    code_of_conduct: optionalUrl,
    ownership_disclosure: optionalUrl,
    email: z.email('it takes an address of electronic mail').optional(),
    github_user: oneOrMany(z.string().regex(/^[\w.-]*$/, 'it takes a user name alone')).optional(),
    branding: z.looseObject({ logo_256: optionalUrl, logo_1024: optionalUrl, logo_svg: optionalUrl }).optional(),
    social: z
      .looseObject({
        ...{
          facebook: pageName,
          youtube: pageName,
          github: userName,
          keybase: userName,
          reddit: userName,
          hive: userName,
        },
        ...{ telegram: userName, twitter: userName, wechat: userName, medium: userName, discord: userName },
      })
      .optional(),
    chain_resources: optionalUrl,
    other_resources: z.array(url).optional(),
  }),
  nodes: z.array(node),
});

export type BpJson = z.output<typeof bpJson>;
