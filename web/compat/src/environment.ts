/** `window.BioserverEnvironment`: is this browser one of those that captures are supported on? */

import { browser, system, type System } from '../../sdk/src/device.ts';

export interface SupportedBrowser {
  name: string;
  minimumVersion: string;
}

export interface Detection {
  envDetected: {
    os: { isSupported: boolean; supportedList: string[]; isMobile: boolean };
    browser: { isSupported: boolean; supportedList: SupportedBrowser[] };
    /** The documents' table has it here, their sample beside it: it is in both places. */
    message: string;
  };
  message: string;
}

/** The published requirements, by system. Integrators make names of image files of these names. */
const SUPPORTED: Record<Exclude<System, 'unknown'>, Record<string, number>> = {
  Android: { Chrome: 60, Firefox: 79, Opera: 57, 'Samsung Browser': 9, HuaweiBrowser: 12, Brave: 110, Edge: 127 },
  iOS: { 'Mobile Safari': 15, Chrome: 120, Firefox: 129, 'Opera Touch': 5, Edge: 125 },
  Windows: { Chrome: 60, Firefox: 79, Opera: 57, Edge: 92, Brave: 110 },
  'Mac OS': { Safari: 15, Chrome: 60, Firefox: 79, Opera: 57 },
  Linux: { Chrome: 60, Firefox: 79, Opera: 57, Brave: 110 },
};

/** Apps that show pages: Chrome's on Android, WebKit's on iOS, where only the system's version is told. */
const WEB_VIEW = { Android: 57, iOS: 14 };

const UNSUPPORTED_SYSTEM = 'You seem to be using an unsupported operating system.';
const UNSUPPORTED_BROWSER = 'You seem to be using an unsupported browser.';

function webViewVersion(os: System, userAgent: string): { found: number; least: number } | undefined {
  if (os === 'Android' && /; wv\)/.test(userAgent)) {
    return { found: major(browser(userAgent).version), least: WEB_VIEW.Android };
  }
  if (os === 'iOS' && /AppleWebKit/.test(userAgent) && !/Safari|FxiOS|CriOS|EdgiOS|OPT|OPiOS/.test(userAgent)) {
    // An iPad that calls itself a Macintosh tells no version of its own; it does so only since iOS 13.
    return { found: major(/OS (\d+)_/.exec(userAgent)?.[1] ?? String(WEB_VIEW.iOS)), least: WEB_VIEW.iOS };
  }
  return undefined;
}

function major(version: string): number {
  return Number.parseInt(version, 10) || 0;
}

/** What {@link detection} says of a browser that calls itself so. `brave`: Brave does not tell in its user agent. */
export function detect(userAgent: string, touchPoints = 0, brave = false): Detection {
  const os = system(userAgent, touchPoints);
  if (os === 'unknown') {
    return {
      envDetected: {
        os: { isSupported: false, supportedList: Object.keys(SUPPORTED), isMobile: /Mobi|Tablet/.test(userAgent) },
        browser: { isSupported: false, supportedList: [] },
        message: UNSUPPORTED_SYSTEM,
      },
      message: UNSUPPORTED_SYSTEM,
    };
  }
  const known = SUPPORTED[os];
  const webView = webViewVersion(os, userAgent);
  let isSupported: boolean;
  if (webView) {
    isSupported = webView.found >= webView.least;
  } else {
    const { name, version } = browser(userAgent, brave);
    const least = known[os === 'iOS' && name === 'Safari' ? 'Mobile Safari' : name];
    isSupported = least !== undefined && major(version) >= least;
  }
  const supportedList = Object.entries(known).map(([name, version]) => ({ name, minimumVersion: String(version) }));
  const message = isSupported ? '' : UNSUPPORTED_BROWSER;
  return {
    envDetected: {
      os: { isSupported: true, supportedList: [], isMobile: os === 'Android' || os === 'iOS' },
      browser: { isSupported, supportedList: isSupported ? [] : supportedList },
      message,
    },
    message,
  };
}

/** Synchronous: pages ask in the script tag that follows this one. */
export function detection(): Detection {
  return detect(navigator.userAgent, navigator.maxTouchPoints, 'brave' in navigator);
}
