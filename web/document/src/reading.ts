/** What the server says of a picture of a document, and that in words. */

export interface Point { x: number; y: number }
export interface Box { x: number; y: number; width: number; height: number }

export interface Field {
  name: string;
  value: string;
  sources: string[];
  confidence: number;
  box?: Box;
}

/** A field that is printed in one way and said in another by the zone or the barcode. */
export interface Disagreement {
  name: string;
  printed: string;
  other: string;
  /** Where the other value stands. */
  source: string;
  box: Box;
}

export interface Zone {
  format: string;
  lines: string[];
  verdict: 'VALID' | 'AMBIGUOUS' | 'UNPROTECTED' | 'INVALID';
  checks: { field: string | null; ok: boolean }[];
  corners: Point[];
}

export interface Reading {
  documentType?: string;
  issuingCountry?: string;
  mrz?: Zone;
  barcode?: { kind: string; content: { type: string; version?: number; issuer?: string | null }; corners: Point[] };
  fields: Field[];
  /** Absent when there is none. */
  disagreements?: Disagreement[];
  /** Where the page's edges are, if they show. */
  page?: Point[];
  warnings: string[];
}

/** What the picture indicates about itself, whether it speaks or not. */
export interface Sign { indicates: string; measure: number; threshold: number; box?: Box }

export interface Answer { width: number; height: number; reading: Reading; signs: Sign[] }

export type Tone = 'success' | 'spoof' | 'unsure';
export type Mark = 'good' | 'bad' | 'open';
export interface Check { mark: Mark; words: string }

const TYPES: Record<string, string> = {
  PASSPORT: 'Passport', IDENTITY_CARD: 'Identity card', DRIVING_LICENCE: 'Driving licence', VISA: 'Visa',
};
const FIELDS: Record<string, string> = {
  surname: 'Surname', givenNames: 'Given names', documentNumber: 'Document number', personalNumber: 'Personal number',
  issuingCountry: 'Issued by', nationality: 'Nationality', birthDate: 'Date of birth', sex: 'Sex', issueDate: 'Date of issue', expiryDate: 'Date of expiry',
  birthPlace: 'Place of birth', authority: 'Authority', address: 'Address', state: 'State', optionalData: 'Optional data', optionalData2: 'Optional data 2',
};
const SOURCES: Record<string, string> = { MRZ: 'machine-readable zone', BARCODE: 'barcode', VISUAL_ZONE: 'print' };
const WARNINGS: Record<string, string> = {
  UNKNOWN_DOCUMENT: 'Nothing was found that tells what document this is.',
  MRZ_INVALID: 'The machine-readable zone cannot be read in agreement with its check digits.',
  MRZ_AMBIGUOUS: 'The machine-readable zone can be read in several ways.',
  MRZ_IRREGULAR: 'The check digits of the machine-readable zone agree, but it breaks another rule.',
  BARCODE_IRREGULAR: 'The barcode departs from its standard; what could not be told apart in it was left out.',
  BARCODE_NOT_UNDERSTOOD: 'A barcode was read whose content is of no known kind.',
};

/** What explains that something could not be read. */
const USABILITY: Record<string, string> = {
  BLURRED: 'blur', GLARE: 'glare', TOO_SMALL: 'that the page is too small in it', TOO_DARK: 'too little light',
};
/** What a server refuses for. */
const ALTERATIONS: Record<string, string> = {
  CUT_OFF: 'that a part of the page is missing', GREY_PAGE: 'a copy in black and white', PATTERN: 'a display', COMPRESSION_BREAK: 'that a part was put in afterwards',
  LINE_BREAK: 'that characters of the machine-readable zone were replaced', SPECIMEN_WORD: 'a specimen', OTHER_PORTRAIT: 'that the portrait was replaced',
};

/** What is read less surely is no fault, only a doubt: the server's `documents.least_confidence`, as it is by default. */
const SURE = 0.9;
/** No holder is older, in years; the server's default too. */
const OLDEST = 125;

const day = (now: Date): string => now.toISOString().slice(0, 10);

/** The last day that a date of which the document may leave out parts can be. */
const last = (date: string): string => (date.length === 4 ? `${date}-12-31` : date.length === 7 ? `${date}-31` : date);

/** What is wrong with the dates: whether they cannot be, or the document has run out, and whether that is sure. */
interface DateFault { kind: 'impossible' | 'expired'; sure: boolean; words: string }

function dateFaults(reading: Reading, now: Date): DateFault[] {
  const found: DateFault[] = [];
  const field = (name: string): Field | undefined => reading.fields.find((known) => known.name === name);
  // Only days that are known whole can contradict one another.
  const whole = (name: string): string | undefined => {
    const known = field(name);
    return known && known.value.length === 10 && known.confidence >= SURE ? known.value : undefined;
  };
  const today = day(now);
  const [birth, issue, expiry] = [whole('birthDate'), whole('issueDate'), whole('expiryDate')];
  const impossible = (words: string): void => void found.push({ kind: 'impossible', sure: true, words });
  if (birth && birth > today) impossible(`The date of birth, ${birth}, is yet to come`);
  if (birth && Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) > OLDEST) impossible(`The date of birth, ${birth}, is more than ${OLDEST} years ago`);
  if (birth && issue && issue < birth) impossible(`Issued on ${issue}, before the birth on ${birth}`);
  if (issue && expiry && issue >= expiry) impossible(`Issued on ${issue}, but expired since ${expiry}`);
  if (birth && expiry && birth >= expiry) impossible(`Expired since ${expiry}, but the birth was on ${birth}`);
  const end = field('expiryDate');
  if (end && last(end.value) < today) {
    const sure = end.confidence >= SURE;
    found.push({ kind: 'expired', sure, words: `The document ${sure ? 'has' : 'seems to have'} expired: ${end.value}` });
  }
  return found;
}

const differs = ({ name, printed, other, source }: Disagreement): string =>
  `${fieldWords(name)} is printed as ${printed}, but the ${sourceWords([source])} says ${other}`;

export const speaks = (sign: Sign): boolean => sign.measure >= sign.threshold;

/** `someName` and `SOME_NAME` that a newer server may send: readable all the same. */
function plain(word: string): string {
  const text = /[a-z]/.test(word) ? word.replace(/([A-Z0-9]+)/g, ' $1') : word.replace(/_/g, ' ');
  const low = text.toLowerCase();
  return low.charAt(0).toUpperCase() + low.slice(1);
}

export const typeWords = (type: string): string => TYPES[type] ?? plain(type);
export const fieldWords = (name: string): string => FIELDS[name] ?? plain(name);
export const sourceWords = (sources: string[]): string => sources.map((source) => SOURCES[source] ?? plain(source)).join(', ');

export function verdict(reading: Reading, signs: Sign[] = [], now = new Date()): { title: string; tone: Tone; explanation: string } {
  const { documentType, issuingCountry, mrz, fields } = reading;
  if (!documentType && fields.length === 0) {
    return {
      title: 'No document was found', tone: 'unsure',
      explanation: 'Fill the picture with the page, in good light, without glare, and with the lines of letters at the bottom sharp.',
    };
  }
  const title = `${documentType ? typeWords(documentType) : 'A document'}${issuingCountry ? `, issued by ${issuingCountry}` : ''}`;
  // Check digits vouch for what stands there, not for the page that it stands on. A sign that is not known yet counts as well.
  if (signs.some((sign) => speaks(sign) && !(sign.indicates in USABILITY))) {
    return { title, tone: 'spoof', explanation: 'The picture indicates a copy or an alteration; the checks say which.' };
  }
  if (mrz?.verdict === 'INVALID') return { title, tone: 'spoof', explanation: 'Check digits disagree: misread, or altered.' };
  const [differing] = reading.disagreements ?? [];
  if (differing) return { title, tone: 'spoof', explanation: `${differs(differing)}: misread, or altered.` };
  const dates = dateFaults(reading, now);
  const impossible = dates.find(({ kind }) => kind === 'impossible');
  if (impossible) return { title, tone: 'spoof', explanation: `${impossible.words}, which cannot be.` };
  const expired = dates.find(({ kind }) => kind === 'expired');
  if (expired) return { title, tone: 'unsure', explanation: `${expired.words}.` };
  if (mrz?.verdict === 'VALID') return { title, tone: 'success', explanation: 'Every check digit of the machine-readable zone agrees.' };
  return { title, tone: 'unsure', explanation: 'It was read, and nothing on it vouches for what was read.' };
}

export function checks(reading: Reading, signs: Sign[] = [], now = new Date()): Check[] {
  const found: Check[] = [];
  const { mrz, barcode } = reading;
  for (const { field, ok } of mrz?.checks ?? []) {
    const of = field ? fieldWords(field).toLowerCase() : 'all of them together';
    found.push({ mark: ok ? 'good' : 'bad', words: `Check digit of ${of} ${ok ? 'agrees' : 'disagrees'}` });
  }
  if (mrz && mrz.checks.length === 0) found.push({ mark: 'open', words: `This layout (${mrz.format}) has no check digits` });
  if (barcode) {
    const { type, version, issuer } = barcode.content;
    const known = type === 'AAMVA';
    const what = known ? `a licence by AAMVA version ${version}${issuer ? `, ${issuer}` : ''}` : 'content of no known kind';
    found.push({ mark: known ? 'good' : 'open', words: `${barcode.kind}: ${what}` });
  }
  const several = reading.fields.filter((field) => field.sources.length > 1).length;
  if (several > 0) found.push({ mark: 'good', words: several === 1 ? 'One field reads the same in two places' : `${several} fields read the same in two places` });
  for (const differing of reading.disagreements ?? []) found.push({ mark: 'bad', words: differs(differing) });
  for (const { sure, words } of dateFaults(reading, now)) found.push({ mark: sure ? 'bad' : 'open', words });
  for (const warning of reading.warnings) {
    found.push({ mark: warning === 'MRZ_INVALID' ? 'bad' : 'open', words: WARNINGS[warning] ?? plain(warning) });
  }
  for (const { indicates } of signs.filter(speaks)) {
    const [mark, what]: [Mark, string] = indicates in USABILITY ? ['open', USABILITY[indicates] ?? ''] : ['bad', ALTERATIONS[indicates] ?? plain(indicates).toLowerCase()];
    found.push({ mark, words: `The picture indicates ${what}` });
  }
  const silent = signs.filter((sign) => !speaks(sign) && sign.indicates in ALTERATIONS).length;
  if (silent > 0) found.push({ mark: 'open', words: `${silent === 1 ? 'One sign' : `${silent} signs`} of a copy or an alteration measured and not seen, which proves nothing` });
  if (found.length === 0) found.push({ mark: 'open', words: 'There was nothing to check' });
  return found;
}

/** Corners in the order of going round. */
export function outline(box: Box): Point[] {
  const { x, y, width, height } = box;
  return [{ x, y }, { x: x + width, y }, { x: x + width, y: y + height }, { x, y: y + height }];
}
