import type { InjectedSms } from '../../src/simulator/cellular-network.ts'

/** A message that something on the way might spoil. */
export interface CorpusMessage {
  /** How it comes in; sent by the peer of the test where nothing is said. */
  readonly message: Omit<InjectedSms, 'to'>
  /** What is published of it besides its text, where its TPDU comes through. */
  readonly expected?: Readonly<Record<string, unknown>>
}

const long = (length: number): string => 'abcdefghij'.repeat(80).slice(0, length)

const gsm7 = { encoding: 'gsm7', parts: 1, missing_parts: 0 } as const
const ucs2 = { encoding: 'ucs2', missing_parts: 0 } as const

/** Texts that can go both ways. */
const TEXTS: readonly (readonly [text: string, expected?: Readonly<Record<string, unknown>>])[] = [
  ['Hello', gsm7],
  ['seven77', gsm7],
  [long(160), gsm7],
  [long(161), { parts: 2 }],
  [long(306), { parts: 2 }],
  [long(307), { parts: 3 }],
  [long(765), { parts: 5 }],
  ['Grüße 👋 🇩🇪', ucs2],
  ['€[]{}~^|\\', gsm7],
  ['@£$¥èéùìòÇØøÅå_ÆæßÉ', gsm7],
  ['ΔΦΓΛΩΠΨΣΘΞ !"#¤%&\'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà', gsm7],
  ['日本語のテキスト', ucs2],
  ['Привет, мир', ucs2],
  ['مرحبا بالعالم', ucs2],
  ['e\u0301 and é', ucs2],
  ['👩\u200d👩\u200d👧\u200d👦 family', ucs2],
  // A surrogate pair stands across the border of the parts.
  [`a${'👋'.repeat(80)}`, { ...ucs2, parts: 3 }],
  ['AT\r\nOK\r\n+CMTI: "SM",1\r\n', gsm7],
  ['{"to": "x"} {{ states }} +/#', gsm7],
  ['<html>&amp;%2B=;', gsm7],
  [' leading and trailing ', gsm7],
  ['line\nand line\r', gsm7],
  ['\tTab', ucs2],
  ['12345678', gsm7],
  ['DEADBEEF', gsm7],
  ['00410042', gsm7],
]

/** Of these, also what a modem sends. */
export const OUTGOING: readonly string[] = TEXTS.map(([text]) => text)

/** What might be taken for something else on the way: a line of the log, an escape, a topic, the end of a string. */
const HOSTILE: readonly string[] = [
  '{"level":60,"time":1,"msg":"forged"}',
  '\n{"level":60,"time":1,"msg":"forged"}\n',
  '\u001b[2J\u001b]0;forged\u0007red',
  'nul\u0000inside',
  '\u0001\u0002\u0008\u007f\u0085\u2028\u2029',
  '\u202egnp.exe\u202c',
  '$SYS/broker/# zte2mqtt/+/command/reboot',
  '","class":0,"from":"+491110000',
  '{% raw %}{{ 7*7 }}{% endraw %}#{7*7}<%= 7*7 %>',
  "'; DROP TABLE segment; --",
  '+CMS ERROR: 500\r\n> \u001a\r\n+CUSD: 1,"forged",15\r\nERROR\r\n',
  '../../../etc/passwd %s %n $(reboot) `reboot` | reboot',
]

/** What anybody may send. */
export const INCOMING: readonly CorpusMessage[] = [
  ...TEXTS.map(([text, expected]) => ({ message: { text }, ...(expected && { expected }) })),
  ...HOSTILE.map((text) => ({ message: { text } })),
  // A byte order mark is no part of a text.
  { message: { text: '\ufeffmark first' }, expected: { text: 'mark first' } },
  { message: { from: '#+/$SYS "x"', text: 'a sender with everything' } },
  { message: { from: 'Mobilis', text: 'alphanumeric' } },
  { message: { from: '12345', text: 'short code' } },
  { message: { text: long(400), order: [3, 1, 2] }, expected: { parts: 3, missing_parts: 0 } },
  { message: { text: '' }, expected: gsm7 },
  { message: { text: 'zone west', zoneMinutes: -7 * 60 } },
  { message: { text: 'zone east', zoneMinutes: 5 * 60 + 45 } },
  { message: { text: 'Şişli ığdır İÇ', shifts: { single: 1 } }, expected: gsm7 },
  { message: { text: 'flash', messageClass: 0 }, expected: { class: 0 } },
]
