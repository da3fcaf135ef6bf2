// The samples of docs/callbacks.md, run as they stand there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const page = readFileSync(new URL('../../docs/callbacks.md', import.meta.url), 'utf8');
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX';
const body = '{"event":"grüße"}';

function sample(language) {
  const found = page.match(new RegExp('```' + language + '\\n([\\s\\S]*?)```'));
  assert.ok(found, `docs/callbacks.md has a sample in ${language}`);
  return found[1];
}

function sign(timestamp, signed = body) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return 'v1,' + createHmac('sha256', key).update(`msg_1.${timestamp}.${signed}`).digest('base64');
}

function cases() {
  const now = Math.floor(Date.now() / 1000);
  const old = now - 600;
  const headers = (signature, timestamp = String(now)) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  });
  return [
    ['a true signature', headers(sign(now)), true],
    ['a true one among two', headers(`v1,AAAA ${sign(now)}`), true],
    ['a true one behind one that is not ASCII', headers(`v1,é\u0100 ${sign(now)}`), true],
    ['of another body', headers(sign(now, '{}')), false],
    ['of another time', headers(sign(now - 1)), false],
    ['too old', headers(sign(old), String(old)), false],
    ['none', headers(''), false],
    ['not ASCII', headers('v1,grüße'), false],
    ['not ASCII, and as long as a true one', headers(`é${sign(now).slice(1)}`), false],
    ['beyond Latin letters', headers('v1,\u{1f510}'), false],
    ['a lone surrogate', headers('v1,\ud800'), false],
    ['a time that is no number', headers(sign('soon'), 'soon'), false],
    ['a time in other digits', headers(sign('１２'), '１２'), false],
  ];
}

test('the sample for Node tells true signatures from others, and throws for none', () => {
  const verify = new Function('require', `${sample('js')}\nreturn verify;`)(createRequire(import.meta.url));
  for (const [name, headers, expected] of cases()) {
    assert.equal(verify(secret, headers, body), expected, name);
  }
});

test('the sample for Python tells true signatures from others, and raises for none', () => {
  const all = cases();
  const program = `${sample('python')}
import json, sys
given = json.loads(sys.stdin.buffer.read())
print(json.dumps([verify(given["secret"], headers, given["body"].encode()) for headers in given["headers"]]))
`;
  const input = JSON.stringify({ secret, body, headers: all.map(([, headers]) => headers) });
  const run = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr || String(run.error));
  const answers = JSON.parse(run.stdout);
  all.forEach(([name, , expected], at) => assert.equal(answers[at], expected, name));
});
