/** What a browser says of itself and its system, by its user agent string and its client hints. Claims, for guidance and statistics. */

export interface Device {
  deviceModel?: string;
  osType?: string;
  osVersion?: string;
  browserName?: string;
  browserVersion?: string;
  /** Random, kept by the browser: the server counts failed attempts by it, and stores only a keyed hash. */
  deviceId?: string;
}

const DEVICE_ID_KEY = 'selfsame.device';
/** How long a browser may think about its client hints: a capture does not wait for statistics. */
const HINTS_MS = 500;

/** The same at every visit where the page may keep it; otherwise none, and the server counts by address alone. */
export function deviceId(storage: () => Storage = () => localStorage): string | undefined {
  try {
    const kept = storage().getItem(DEVICE_ID_KEY);
    if (kept) return kept;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    storage().setItem(DEVICE_ID_KEY, made);
    return made;
  } catch {
    // Storage that is switched off throws.
    return undefined;
  }
}

export type System = 'Android' | 'iOS' | 'Windows' | 'Mac OS' | 'Linux' | 'unknown';

const BROWSERS: [name: string, pattern: RegExp][] = [
  // The order matters: most browsers also name those that they are made of.
  ['Samsung Browser', /SamsungBrowser\/([\d.]+)/],
  ['HuaweiBrowser', /HuaweiBrowser\/([\d.]+)/],
  ['Opera Touch', /OPT\/([\d.]+)/],
  ['Opera', /(?:OPR|Opera)\/([\d.]+)/],
  ['Edge', /(?:Edg|EdgA|EdgiOS|Edge)\/([\d.]+)/],
  ['Firefox', /(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /(?:CriOS|Chrome)\/([\d.]+)/],
  ['Safari', /Version\/([\d.]+).*Safari/],
];

export function system(userAgent: string, touchPoints = 0): System {
  if (/Android|HarmonyOS/.test(userAgent)) return 'Android';
  // An iPad calls itself a Macintosh; no Macintosh has a touch screen.
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return 'iOS';
  if (/Windows/.test(userAgent)) return 'Windows';
  if (/Macintosh|Mac OS X/.test(userAgent)) return 'Mac OS';
  if (/Linux|X11|CrOS/.test(userAgent)) return 'Linux';
  return 'unknown';
}

/** `brave`: Brave hides in Chrome's string and has to be asked (`navigator.brave`). */
export function browser(userAgent: string, brave = false): { name: string; version: string } {
  for (const [name, pattern] of BROWSERS) {
    const found = pattern.exec(userAgent);
    if (found) return { name: brave && name === 'Chrome' ? 'Brave' : name, version: found[1] ?? '' };
  }
  return { name: 'unknown', version: '' };
}

function systemVersion(userAgent: string): string | undefined {
  const found = /(?:Android|Windows NT|Mac OS X|(?:iPhone )?OS) ([\d._]+)/.exec(userAgent);
  return found?.[1]?.replace(/_/g, '.');
}

export function describe(userAgent: string, touchPoints = 0, brave = false): Device {
  const { name, version } = browser(userAgent, brave);
  const device: Device = { osType: system(userAgent, touchPoints), browserName: name, browserVersion: version };
  const osVersion = systemVersion(userAgent);
  if (osVersion) device.osVersion = osVersion;
  const model = /Android [\d.]+; ([^;)]+?)(?: Build\/[^)]*)?\)/.exec(userAgent)?.[1];
  if (model && model !== 'K') device.deviceModel = model;
  return device;
}

/** The same for the page that this runs in. */
export function thisDevice(): Device {
  const brave = 'brave' in navigator;
  const device = describe(navigator.userAgent, navigator.maxTouchPoints, brave);
  const id = deviceId();
  if (id) device.deviceId = id;
  return device;
}

/** What Chromium tells when asked: its user agent string holds versions and model that are the same for everybody. */
export interface Hints {
  platform?: unknown;
  platformVersion?: unknown;
  model?: unknown;
  fullVersionList?: unknown;
}

/** Systems as the hints name them. */
const PLATFORMS: Record<string, System> = {
  Android: 'Android', Windows: 'Windows', macOS: 'Mac OS', Linux: 'Linux', 'Chrome OS': 'Linux', 'Chromium OS': 'Linux',
};

/** Browsers as the hints name them, by our names; the first that is there counts. */
const BRANDS: Record<string, string[]> = {
  Chrome: ['Google Chrome', 'Android WebView', 'HeadlessChrome', 'Chromium'],
  Edge: ['Microsoft Edge'],
  'Samsung Browser': ['Samsung Internet'],
};

/** Windows counts its API contracts: 13 and above is Windows 11, 1 to 10 is Windows 10, 0 is older (Microsoft's table for this hint). */
function windowsVersion(platformVersion: string): string | undefined {
  const contracts = Number.parseInt(platformVersion, 10);
  if (contracts >= 13) return '11';
  return contracts >= 1 ? '10' : undefined;
}

function fullVersion(list: unknown, name: string): string | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const brand of BRANDS[name] ?? [name]) {
    const found = (list as ({ brand?: unknown; version?: unknown } | null)[]).find((entry) => entry?.brand === brand)?.version;
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

/** The device with what the hints know better. Hints of another system are those of an emulation, and say nothing of this one. */
export function refined(device: Device, hints: Hints): Device {
  const better = { ...device };
  const { platform, platformVersion, model, fullVersionList } = hints;
  if (typeof platform !== 'string' || PLATFORMS[platform] !== device.osType) return better;
  if (typeof platformVersion === 'string') {
    const osVersion = device.osType === 'Windows' ? windowsVersion(platformVersion) : platformVersion;
    if (osVersion) better.osVersion = osVersion;
  }
  if (typeof model === 'string' && model !== '') better.deviceModel = model;
  const browserVersion = fullVersion(fullVersionList, device.browserName ?? '');
  if (browserVersion) better.browserVersion = browserVersion;
  return better;
}

interface UserAgentData {
  getHighEntropyValues?: (names: string[]) => Promise<Hints | undefined>;
}

/** The browser's hints; nothing where it has none, refuses or takes too long. */
async function hints(): Promise<Hints | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const { userAgentData } = navigator as { userAgentData?: UserAgentData };
    if (!userAgentData?.getHighEntropyValues) return undefined;
    const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), HINTS_MS); });
    return await Promise.race([userAgentData.getHighEntropyValues(['platformVersion', 'model', 'fullVersionList']), late]);
  } catch {
    // A permissions policy may forbid it.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** {@link thisDevice}, with the versions and the model that only the client hints tell. Never rejects. */
export async function thisDeviceInDetail(): Promise<Device> {
  const device = thisDevice();
  return refined(device, (await hints()) ?? {});
}
