import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describe, refined, thisDeviceInDetail } from '../src/device.ts';
import { putPage } from './page.ts';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0';
const WINDOWS = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`;
const ANDROID = `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`;
const MAC = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36`;
const list = (...brands: [string, string][]): object[] => [
  { brand: 'Not?A_Brand', version: '99.0.0.0' }, { brand: 'Chromium', version: '130.0.6723.58' }, ...brands.map(([brand, version]) => ({ brand, version })),
];

test('the hints tell what the user agent string keeps to itself', () => {
  const windows = (platformVersion: string): string | undefined => refined(describe(WINDOWS), { platform: 'Windows', platformVersion, model: '' }).osVersion;
  assert.deepEqual(['15.0.0', '13.0.0', '10.0.0', '1.0.0', '0.3.0', ''].map(windows), ['11', '11', '10', '10', '10.0', '10.0']);
  assert.deepEqual(
    refined(describe(ANDROID), {
      platform: 'Android', platformVersion: '14.0.0', model: 'Pixel 7', fullVersionList: list(['Google Chrome', '130.0.6723.86']),
    }),
    { osType: 'Android', osVersion: '14.0.0', browserName: 'Chrome', browserVersion: '130.0.6723.86', deviceModel: 'Pixel 7' },
  );
  const mac = refined(describe(MAC, 0, true), { platform: 'macOS', platformVersion: '14.4.1', model: '', fullVersionList: list(['Brave', '130.1.71.114']) });
  assert.deepEqual(mac, { osType: 'Mac OS', osVersion: '14.4.1', browserName: 'Brave', browserVersion: '130.1.71.114' });
  const edge = refined(describe(`${WINDOWS} Edg/130.0.0.0`), { platform: 'Windows', platformVersion: '15.0.0', fullVersionList: list(['Microsoft Edge', '130.0.2849.46']) });
  assert.deepEqual([edge.browserName, edge.browserVersion], ['Edge', '130.0.2849.46']);
  assert.equal(refined(describe(WINDOWS), { platform: 'Windows', fullVersionList: list() }).browserVersion, '130.0.6723.58', 'another Chromium');
});

test('hints of another system, and such as are none, change nothing', () => {
  const device = describe(ANDROID);
  for (const hints of [
    {}, { platform: 'Windows', platformVersion: '15.0.0', model: 'x' }, { platform: 3, platformVersion: '14' },
    { platform: 'Android', platformVersion: 14, model: {}, fullVersionList: [null, 3, { brand: 'Google Chrome', version: 7 }] },
    { platform: 'Android', platformVersion: '', model: '', fullVersionList: 'Google Chrome' },
  ]) assert.deepEqual(refined(device, hints), device);
});

test('a browser without hints, one that refuses and one that does not answer are described by their user agent', { timeout: 5000 }, async () => {
  const plain = { ...describe(WINDOWS) };
  const withHints = (getHighEntropyValues: unknown): object => ({ userAgent: WINDOWS, maxTouchPoints: 0, userAgentData: { getHighEntropyValues } });
  const refusing = [
    { userAgent: WINDOWS, maxTouchPoints: 0 }, withHints(undefined), withHints(() => { throw new Error('no'); }),
    withHints(() => Promise.reject(new Error('no'))), withHints(() => Promise.resolve(undefined)), withHints(() => new Promise(() => undefined)),
  ];
  for (const navigator of refusing) {
    putPage(navigator);
    assert.deepEqual(await thisDeviceInDetail(), plain);
  }
  let asked: unknown;
  putPage(withHints((names: string[]) => {
    asked = names;
    return Promise.resolve({ platform: 'Windows', platformVersion: '15.0.0' });
  }));
  assert.equal((await thisDeviceInDetail()).osVersion, '11');
  assert.deepEqual(asked, ['platformVersion', 'model', 'fullVersionList']);
});
