import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A node's API in which the contract names one emitter, for the benchmark's chain has no contract; all else is the real node's answer. Asked once a second for the
 * table, and for the rest as an emitter asks its relay node: nothing of it is in a block's way.
 * @param api of the real node
 */
export async function namingNode(api: string, account: string, key: string): Promise<Server & { url: string }> {
  const server = createServer(async (request, response) => {
    try {
      let body = '';
      for await (const part of request) body += part;
      if (body.includes('"emitters"')) return response.end(JSON.stringify({ rows: [{ account, key }], more: false }));
      const answer = await fetch(`${api}${request.url}`, { method: 'POST', body });
      response.writeHead(answer.status).end(await answer.text());
    } catch {
      // The node is gone: so is this.
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
