import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const { getBoundary, Parse } = createRequire(import.meta.url)('../parse-multipart');

const BODY = '--b0\r\nContent-Disposition: form-data; name="Portrait"; filename="portrait.jpg"\r\nContent-Type: image/jpeg\r\n\r\nDATA\r\n--b0--\r\n';
const parse = (text, boundary = 'b0') => Parse(Buffer.from(text, 'latin1'), boundary);

test('what a server has to send is read, bytes and all', () => {
  const boundary = getBoundary('multipart/form-data; boundary=b0');
  assert.equal(boundary, 'b0');
  const [part, ...more] = parse(BODY.replace('DATA', '\xff\xd8\r\n\r\n\x00'), boundary);
  assert.deepEqual(more, []);
  assert.deepEqual([part.filename, part.type, part.data.toString('latin1')], ['portrait.jpg', 'image/jpeg', '\xff\xd8\r\n\r\n\x00']);
  const two = BODY.replace('--b0--\r\n', '') + BODY;
  assert.equal(parse(two).length, 2);
});

test('what the original cannot read is refused', () => {
  assert.throws(() => parse(BODY.replace('; filename="portrait.jpg"', '')), /filename/);
  assert.throws(() => parse(BODY.replace(/(Content-Disposition.*)\r\n(Content-Type.*)\r\n/, '$2\r\n$1\r\n')), /first header/);
  assert.throws(() => parse(BODY.replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\n')), /3 header lines/);
  assert.throws(() => parse(BODY.replace('Content-Type: image/jpeg\r\n', '')), /1 header lines/);
  assert.deepEqual(parse(BODY, getBoundary('multipart/form-data; boundary="b0"')), [], 'a quoted boundary does not occur');
  assert.equal(getBoundary('application/json'), '');
  assert.deepEqual(parse(BODY, ''), []);
});
