/** What a user agent string says of browser and system. Claims, for guidance and statistics. */

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
