/** What a client needs around it where there is no browser: a page's globals, and a server that speaks as little engine.io as will do. */

import { createServer, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Puts globals of a page in their place; Node.js has a navigator of its own from release 21 on. */
export function putGlobals(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

export function putPage(navigator: object = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', maxTouchPoints: 0 }): void {
  putGlobals({
    location: { href: 'https://shop.example/', protocol: 'https:', hostname: 'shop.example', port: '' },
    window: { addEventListener: () => undefined, removeEventListener: () => undefined },
    navigator,
  });
}

export interface FakeServer {
  url: string;
  /** What browsers said, in order. */
  said: Record<string, unknown>[];
  stop: () => void;
}

async function listen(server: Server): Promise<{ url: string; stop: () => void }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => { server.close(); server.closeAllConnections(); } };
}

/** A server, or a proxy before it, that lets nobody connect. */
export function refusing(status: number, headers: OutgoingHttpHeaders = {}): Promise<{ url: string; stop: () => void }> {
  return listen(createServer((_request, response) => response.writeHead(status, headers).end('{}')));
}

/** A server that is ready for whoever says hello. It refuses WebSockets: the client then polls. */
export async function ready(): Promise<FakeServer> {
  const said: Record<string, unknown>[] = [];
  const message = {
    type: 'ready', mode: 'LIVENESS_PASSIVE', securityLevel: 'HIGH',
    tracking: { width: 320, quality: 0.6, maxFps: 8, maxKbps: 400, window: 2 }, ring: { frames: 64, seconds: 8 },
  };
  let poll: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    if (query.get('transport') !== 'polling') {
      response.writeHead(503).end();
    } else if (!query.has('sid')) {
      response.end('0{"sid":"one","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}');
    } else if (request.method === 'GET') {
      poll = response;
    } else {
      let body = '';
      request.on('data', (part) => { body += part; });
      request.on('end', () => {
        response.end('ok');
        for (const packet of body.split('\x1e')) if (packet.startsWith('4')) said.push(JSON.parse(packet.slice(1)));
        if (said.length === 1) poll?.end(`4${JSON.stringify(message)}`);
      });
    }
  });
  return { ...(await listen(server)), said };
}
