import assert from 'node:assert/strict';
import { test } from 'node:test';

import { detect } from '../src/environment.ts';

const cases: [what: string, userAgent: string, supported: boolean, mobile: boolean, touch?: number, brave?: boolean][] = [
  ['Chrome on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36', true, false],
  ['old Chrome on Windows', 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/59.0.3071.115 Safari/537.36', false, false],
  ['Edge 91 on Windows', 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/91.0.0.0 Safari/537.36 Edg/91.0.864.59', false, false],
  ['Edge 92 on Windows', 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/92.0.0.0 Safari/537.36 Edg/92.0.902.55', true, false],
  ['Edge on Linux', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0', false, false],
  ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', true, false],
  ['Safari on Mac', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15', true, false],
  ['Safari on an iPad, which says Macintosh', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1 Safari/605.1.15', false, true, 5],
  ['Safari on an iPhone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1', true, true],
  ['Chrome 119 on an iPhone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1', false, true],
  ['Samsung Internet', 'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', true, true],
  ['Edge 126 on Android', 'Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0', false, true],
  ['Brave on Windows', 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36', true, false, 0, true],
  ['a page in an Android app', 'Mozilla/5.0 (Linux; Android 9; moto g; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/57.0.2987.132 Mobile Safari/537.36', true, true],
  ['a page in an old Android app', 'Mozilla/5.0 (Linux; Android 7; moto g; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/56.0.2924.87 Mobile Safari/537.36', false, true],
  ['a page in an iPhone app', 'Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148', true, true],
  ['a page in an old iPhone app', 'Mozilla/5.0 (iPhone; CPU iPhone OS 13_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148', false, true],
  ['a page in an iPad app', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)', true, true, 5],
  ['something else', 'curl/8.5.0', false, false],
];

for (const [what, userAgent, supported, mobile, touch, brave] of cases) {
  test(what, () => {
    const { envDetected, message } = detect(userAgent, touch, brave);
    assert.equal(envDetected.browser.isSupported, supported);
    assert.equal(envDetected.os.isMobile, mobile);
    assert.equal(message === '', supported);
    if (!supported && envDetected.os.isSupported) {
      assert.ok(envDetected.browser.supportedList.length > 0);
      for (const entry of envDetected.browser.supportedList) assert.match(entry.minimumVersion, /^\d+$/);
    }
    if (!envDetected.os.isSupported) assert.deepEqual(envDetected.os.supportedList, ['Android', 'iOS', 'Windows', 'Mac OS', 'Linux']);
  });
}

test('the names are those that pages make file names of images of', () => {
  const old = detect('Mozilla/5.0 (Linux; Android 7; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50.0 Mobile Safari/537.36');
  const files = old.envDetected.browser.supportedList.map(({ name }) => name.toLowerCase().replace(' ', '-'));
  assert.deepEqual(files, ['chrome', 'firefox', 'opera', 'samsung-browser', 'huaweibrowser', 'brave', 'edge']);
});
