// The two functions that the demo app calls, `getBoundary` and `Parse`, written from their observed behaviour. What the original cannot
// read, this refuses with an error: a server that satisfies this one satisfies the original.
'use strict';

const LINE = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** The boundary of a `Content-Type` value, as it stands there: quotes are not taken off. '' when there is none. */
function getBoundary(contentType) {
  const found = /(?:^|;)\s*boundary=([^;]*)/i.exec(String(contentType));
  return found ? found[1].trim() : '';
}

/** One part: exactly the two headers in the order that is asked for, then the bytes. */
function part(bytes) {
  const end = bytes.indexOf(HEADERS_END);
  if (end < 0) throw new Error('a part has no end of its headers');
  const headers = bytes.subarray(0, end).toString('utf8').split('\r\n');
  if (headers.length !== 2) throw new Error(`a part has ${headers.length} header lines; two are read`);
  const filename = /^Content-Disposition:\s*form-data;.*\bfilename="([^"]*)"/i.exec(headers[0]);
  if (!filename) throw new Error('the first header of a part is not a Content-Disposition with a filename');
  const type = /^Content-Type:\s*(\S.*)$/i.exec(headers[1]);
  if (!type) throw new Error('the second header of a part is not a Content-Type');
  return { filename: filename[1], type: type[1].trim(), data: bytes.subarray(end + HEADERS_END.length) };
}

/** All parts of a body: `[{filename, type, data}]`. None where the boundary does not occur. */
function Parse(body, boundary) {
  const delimiter = Buffer.from(`--${boundary}`);
  const parts = [];
  let at = body.indexOf(delimiter);
  while (boundary !== '' && at >= 0) {
    const begin = at + delimiter.length + LINE.length;
    const next = body.indexOf(delimiter, begin);
    if (next < 0) break;
    parts.push(part(body.subarray(begin, next - LINE.length)));
    at = next;
  }
  return parts;
}

module.exports = { getBoundary, Parse };
