import { withoutKeys } from '../../common/secrets.ts';
import { isCountry } from './countries.ts';
import { type BpJson, bpJson } from './schema.ts';

/** What is wrong with a bp.json, a sentence each, with the place; none for a good one. `producer`: the pool's, where it is known. */
export function problemsOf(text: string, producer: string | null): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return [`it is no JSON: ${(thrown as Error).message}`];
  }
  const secrets =
    withoutKeys(text) === text ? [] : ['there is a private key in it: take the key for known, and make another one'];
  const parsed = bpJson.safeParse(value);
  if (!parsed.success)
    return [...secrets, ...parsed.error.issues.map((issue) => `${placeOf(issue.path)}: ${say(issue)}`)];
  return [...secrets, ...meaning(parsed.data, producer)];
}

function say(issue: { code: string; message: string; keys?: string[] }): string {
  if (issue.code === 'unrecognized_keys') return `the standard has no ${issue.keys?.join(', ')} at the top`;
  return issue.message;
}

function placeOf(path: PropertyKey[]): string {
  return path.length === 0 ? 'bp.json' : path.map(String).join('.');
}

/** What the schema cannot say. */
function meaning(of: BpJson, producer: string | null): string[] {
  const found: string[] = [];
  const { producer_account_name: name, org, nodes } = of;
  if (producer !== null && name !== producer)
    found.push(`producer_account_name: it is ${name}, and the pool's producer is ${producer}`);
  const countries: [string, string | undefined][] = [
    ['org.location', org.location.country],
    ...nodes.map((node, i): [string, string | undefined] => [`nodes.${i}.location`, node.location?.country]),
  ];
  for (const [place, country] of countries) {
    if (country !== undefined && !isCountry(country))
      found.push(`${place}.country: ${country} is no country of ISO 3166-1`);
  }
  nodes.forEach((node, i) => {
    const types = [node.node_type].flat();
    if (types.includes('seed') && !node.p2p_endpoint)
      found.push(`nodes.${i}.p2p_endpoint: a seed node needs one, "host:port"`);
    if (types.includes('query') && !node.api_endpoint && !node.ssl_endpoint)
      found.push(`nodes.${i}.api_endpoint: a query node needs one, or an ssl_endpoint`);
    if (types.includes('producer') && (node.p2p_endpoint || node.api_endpoint || node.ssl_endpoint)) {
      found.push(`nodes.${i}: a producing node's address is nobody's business: leave its endpoints out`);
    }
    const port = Number(node.p2p_endpoint?.split(':').at(-1) ?? 1);
    if (port < 1 || port > 65_535) found.push(`nodes.${i}.p2p_endpoint: ${port} is no port`);
    for (const field of ['p2p_endpoint', 'api_endpoint', 'ssl_endpoint'] as const) {
      const endpoint = node[field];
      const first = nodes.findIndex((other) => other[field] === endpoint);
      if (endpoint && first < i) found.push(`nodes.${i}.${field}: ${endpoint} stands at nodes.${first} already`);
      if (endpoint && /^(https?:\/\/)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|localhost)/.test(endpoint)) {
        found.push(`nodes.${i}.${field}: ${endpoint} can be reached from nowhere else`);
      }
      if (endpoint && /\/\/[^/]*@/.test(endpoint))
        found.push(`nodes.${i}.${field}: there is a password in the address`);
    }
  });
  return found;
}
