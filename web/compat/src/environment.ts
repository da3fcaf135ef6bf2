/** `window.BioserverEnvironment`: is this system and browser supported? Synchronous, from the user agent string. */

import { browser, system, type System } from '../../sdk/src/device.ts';

interface Supported {
  name: string;
  minimumVersion: string;
}

const list = (table: Record<string, number>): Supported[] =>
  Object.entries(table).map(([name, version]) => ({ name, minimumVersion: String(version) }));

/** The requirement tables of the documentation. */
const BROWSERS: Record<Exclude<System, 'unknown'>, Supported[]> = {
  Android: list({ Chrome: 60, Firefox: 79, Opera: 57, 'Samsung Internet': 9, HuaweiBrowser: 12, Brave: 110, Edge: 127 }),
  iOS: list({ Safari: 15, Chrome: 120, Firefox: 129, 'Opera Touch': 5, Edge: 125 }),
  Windows: list({ Chrome: 60, Firefox: 79, Opera: 57, Edge: 92, Brave: 110 }),
  'Mac OS': list({ Safari: 15, Chrome: 60, Firefox: 79, Opera: 57 }),
  Linux: list({ Chrome: 60, Firefox: 79, Opera: 57, Brave: 110 }),
};

export interface Detection {
  envDetected: {
    os: { isSupported: boolean; supportedList: string[]; isMobile: boolean };
    browser: { isSupported: boolean; supportedList: Supported[] };
  };
  message: string;
}

/** The detection for any user agent string. */
export function detect(userAgent: string, touchPoints = 0, brave = false): Detection {
  const os = system(userAgent, touchPoints);
  if (os === 'unknown') {
    return {
      envDetected: {
        os: { isSupported: false, supportedList: Object.keys(BROWSERS), isMobile: false },
        browser: { isSupported: false, supportedList: [] },
      },
      message: 'You seem to be using an unsupported operating system.',
    };
  }
  const isMobile = os === 'Android' || os === 'iOS';
  const supported = BROWSERS[os];
  const used = browser(userAgent, brave);
  const minimum = supported.find((candidate) => candidate.name === used.name)?.minimumVersion;
  const isSupported = minimum !== undefined && Number.parseInt(used.version, 10) >= Number.parseInt(minimum, 10);
  return {
    envDetected: {
      os: { isSupported: true, supportedList: [], isMobile },
      browser: { isSupported, supportedList: isSupported ? [] : supported },
    },
    message: isSupported ? '' : 'You seem to be using an unsupported browser.',
  };
}

export function detection(): Detection {
  return detect(navigator.userAgent, navigator.maxTouchPoints, 'brave' in navigator);
}
