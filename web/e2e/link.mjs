// A link between browser and server that is worse than loopback.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Bytes that wait on the way, as in a modem; more are left with the sender. */
const BUFFER = 64 * 1024;
const SLICE_MS = 20;

/** Passes what arrives on at `kbps`. */
function throttle(from, to, kbps) {
  const slice = Math.round((kbps * 1000) / 8 / (1000 / SLICE_MS));
  let waiting = Buffer.alloc(0);
  const timer = setInterval(() => {
    if (waiting.length > 0) to.write(waiting.subarray(0, slice));
    waiting = waiting.subarray(slice);
    if (waiting.length < BUFFER) from.resume();
  }, SLICE_MS);
  from.on('data', (data) => {
    waiting = Buffer.concat([waiting, data]);
    if (waiting.length >= BUFFER) from.pause();
  });
  from.on('close', () => clearInterval(timer));
}

/** An address that leads to the server: uploads at `kbps` at most; `webSockets: false` breaks them off, as some firewalls do. */
export async function startLink(serverUrl, { kbps, webSockets = true } = {}) {
  const { hostname, port } = new URL(serverUrl);
  const open = new Set();
  const link = { broken: 0, uploaded: 0 };
  const proxy = createServer((browser) => {
    const server = connect(Number(port), hostname);
    for (const [one, other] of [[browser, server], [server, browser]]) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { open.delete(one); other.destroy(); });
    }
    browser.once('data', (head) => {
      if (webSockets || !/^upgrade: websocket/im.test(head.toString('latin1'))) return;
      link.broken += 1;
      browser.destroy();
    });
    browser.on('data', (data) => (link.uploaded += data.length));
    server.pipe(browser);
    if (kbps) throttle(browser, server, kbps);
    else browser.pipe(server);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return Object.assign(link, {
    url: `http://127.0.0.1:${proxy.address().port}`,
    stop() {
      proxy.close();
      for (const socket of open) socket.destroy();
    },
  });
}
