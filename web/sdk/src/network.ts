/** Is the link good enough? Latency first; the upload only when latency is good. */

/** kbit/s */
export const UPLOAD_SPEED_THRESHOLD = 400;
/** ms */
export const LATENCY_SPEED_THRESHOLD = 500;

const PINGS = 5;
/** For one request. */
const TIMEOUT_MS = 15_000;
/** Grows until a measurement takes long enough to mean something. */
const SIZES = [32 * 1024, 128 * 1024, 512 * 1024];
const LONG_ENOUGH_MS = 250;

export interface Connectivity {
  goodConnectivity: boolean;
  latencyMs: number;
  /** kbit/s; 0 when it was not measured. */
  upload: number;
}

async function timed(url: string, body?: Uint8Array<ArrayBuffer>): Promise<number> {
  // Chrome has this since version 66 only; before that the browser's own time-out has to do.
  const abort = typeof AbortController === 'function' ? new AbortController() : undefined;
  const timer = setTimeout(() => abort?.abort(), TIMEOUT_MS);
  const request: RequestInit = body ? { method: 'POST', body, cache: 'no-store' } : { cache: 'no-store' };
  if (abort) request.signal = abort.signal;
  try {
    const started = performance.now();
    const response = await fetch(url, request);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return performance.now() - started;
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing on the way may make it smaller. */
function incompressible(size: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(size);
  // The browser gives at most 64 kB at a time.
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(body.subarray(at, Math.min(size, at + 65536)));
  return body;
}

/** Measures the link. Rejects when the server cannot be reached or does not answer within 15 s. */
export async function measure(latencyUrl: string, uploadUrl: string): Promise<Connectivity> {
  const pings: number[] = [];
  const separator = latencyUrl.includes('?') ? '&' : '?';
  for (let index = 0; index <= PINGS; index += 1) {
    const taken = await timed(`${latencyUrl}${separator}n=${index}`);
    // The first opens the connection; the others tell what a frame will feel.
    if (index > 0) pings.push(taken);
    // The median cannot be good any more: do not keep the person waiting.
    if (pings.filter((ping) => ping > LATENCY_SPEED_THRESHOLD).length > PINGS / 2) break;
  }
  pings.sort((a, b) => a - b);
  const latencyMs = Math.max(1, Math.round(pings[Math.floor(pings.length / 2)] ?? 0));
  if (latencyMs > LATENCY_SPEED_THRESHOLD) return { goodConnectivity: false, latencyMs, upload: 0 };
  let upload = 0;
  for (const size of SIZES) {
    const taken = await timed(uploadUrl, incompressible(size));
    const sending = Math.max(1, taken - latencyMs);
    upload = Math.round((size * 8) / sending);
    if (taken > LONG_ENOUGH_MS) break;
  }
  return { goodConnectivity: upload >= UPLOAD_SPEED_THRESHOLD, latencyMs, upload };
}
