// One person's way through the demo app's own pages, in a real Chromium whose camera is a file.
import { sleep } from './processes.mjs';

/** From the click on the last button to one of the pages below: the server's own time-outs end sooner. */
const VISIT_MS = 150_000;

/** What is pressed on each page of the way to the capture. */
const WAY = {
  LIVENESS_PASSIVE: {
    'step-1': '[data-target="#step-end-tutorial"]', 'step-end-tutorial': '.start-capture', 'step-access-permission': 'button',
  },
  LIVENESS_ACTIVE: {
    'step-1': '[data-target="#step-end-tutorial"]', 'step-end-tutorial': '.start-capture', 'step-access-permission': 'button',
  },
  LIVENESS_PASSIVE_VIDEO: { 'step-1': 'button[data-target="#connectivity-check"]', 'step-access-permission': 'button' },
};

/** Pages that the demo app ends on after a capture. */
const ENDS = {
  'step-liveness-ok': 'success',
  'step-liveness-timeout': 'failure',
  'step-liveness-failed': 'failure',
  'step-liveness-ko': 'failure',
  'step-liveness-fp-block': 'blocked',
  'step-server-overloaded': 'overloaded',
  'step-weak-network': 'weak network',
  'step-compatibility': 'unsupported browser',
};

/** Ids of the pages that are shown. */
const shown = (page) => page.evaluate(() => [...document.querySelectorAll('.step')]
  .filter((step) => !step.classList.contains('d-none') && step.getClientRects().length > 0).map((step) => step.id));

/** Goes through the pages of `mode` at `url` and says on which one it ended: `{end, step, errors, answers, session}`. */
export async function visit(browser, { mode, url, shots }) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const errors = [];
  const answers = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.text().startsWith('got error') && errors.push(message.text()));
  let session;
  page.on('response', async (response) => {
    if (response.url().includes('/init-liveness-session/')) session = (await response.json().catch(() => ({}))).sessionId;
    if (response.url().includes('/liveness-challenge-result/')) answers.push(`${response.status()} ${await response.text().catch(() => '')}`);
  });
  await page.goto(url);
  const began = Date.now();
  const seen = new Set();
  let shotAt = -1;
  while (Date.now() - began < VISIT_MS) {
    const steps = await shown(page);
    const last = steps.find((step) => step in ENDS);
    if (last) return { page, end: ENDS[last], step: last, errors, answers, session };
    for (const step of steps) {
      const second = Math.round((Date.now() - began) / 1000);
      // The capture itself changes all the time.
      if (shots && (!seen.has(step) || (step === 'step-liveness' && second !== shotAt))) {
        shotAt = second;
        await page.screenshot({ path: `${shots}-${String(second).padStart(3, '0')}-${step}.png` });
      }
      seen.add(step);
      const button = WAY[mode][step];
      // Some buttons show themselves only after a while.
      if (button) await page.locator(`#${step} ${button}`).first().click({ timeout: 8000 }).catch(() => {});
    }
    await sleep(150);
  }
  return { page, end: 'never ended', step: [...seen].join(' > '), errors, answers, session };
}

/** After a success: the best image is really there. */
export async function bestImageShown(page, mode) {
  const place = mode === 'LIVENESS_PASSIVE_VIDEO' ? '#best-image' : '#step-liveness-ok .best-image';
  return page.locator(`${place} img`).first().waitFor({ timeout: 8000 })
    .then(() => page.evaluate((selector) => [...document.querySelectorAll(`${selector} img`)].some((image) => image.naturalWidth > 50), place))
    .catch(() => false);
}

/** After a success with matching on: hands a picture in and says what the demo app made of it. */
export async function match(page, picture) {
  await page.locator('#step-liveness-ok button.next-step').first().click({ timeout: 8000 });
  await page.locator('#selfieInput').setInputFiles(picture);
  const ok = page.locator('#step-selfie-ok:not(.d-none)').waitFor({ timeout: 60_000 }).then(() => 'match');
  const ko = page.locator('#step-selfie-ko:not(.d-none)').waitFor({ timeout: 60_000 }).then(() => 'no match');
  return Promise.race([ok, ko]).catch(() => 'no answer');
}

/** After a success in the flow over GIPS: the identity and its portrait, as the demo app shows them. */
export async function identity(page, mode) {
  await page.locator('#get-ipv-transaction').click({ timeout: 8000 });
  await page.locator('#get-ipv-status-result:not(.d-none)').waitFor({ timeout: 15_000 });
  const told = JSON.parse(await page.textContent('#get-ipv-status-result'));
  await page.locator('#get-ipv-portrait').click({ timeout: 8000 });
  const place = mode === 'LIVENESS_PASSIVE_VIDEO' ? '#best-image-ipv img, img#best-image-ipv' : '#best-image-ipv';
  await page.waitForFunction((selector) => [...document.querySelectorAll(selector)].some((image) => image.naturalWidth > 50), place, { timeout: 15_000 });
  return told;
}
