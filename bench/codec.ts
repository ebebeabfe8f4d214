import type { Figures } from './figures.ts'
import { figuresOf, show, showFigures } from './figures.ts'
import { npmPeers, peerName } from './npm-peers.ts'
import type { Row } from './table.ts'

// As users run it: the runner of the sources wraps each function.
const built = new URL('../dist/driver/stored-pdu.js', import.meta.url).href
const { joinPdus, prepareSubmissions } = (await import(built)) as typeof import('../src/driver/stored-pdu.ts')

const TEXTS = {
  'GSM 7, 160 characters': 'The quick brown fox jumps over the lazy dog. '.repeat(4).slice(0, 160),
  'UCS2, 70 characters': 'Съешь же ещё этих мягких французских булок, да выпей чаю. '.repeat(2).slice(0, 70),
  'GSM 7, 5 parts': 'The quick brown fox jumps over the lazy dog. '.repeat(20).slice(0, 700),
  'UCS2, 5 parts': 'Съешь же ещё этих мягких французских булок, да выпей чаю. '.repeat(6).slice(0, 320),
} as const

const NUMBER = '+491701234567'
const BATCH_MS = 150
const ROUNDS = 7

interface Codec {
  readonly name: string
  readonly encode: (text: string) => readonly string[]
  /** PDUs → text. */
  readonly decode: (pdus: readonly string[]) => string
}

const OURS: Codec = {
  name: 'zte2mqtt',
  encode: (text) =>
    prepareSubmissions(
      { to: NUMBER, text, flash: false, deliveryReport: true, validityMinutes: null, encoding: 'auto' },
      1,
    ).map(({ wire }) => wire),
  decode: (pdus) => joinPdus(pdus).text ?? '',
}

interface NodePdu2 {
  Submit: new (to: string, text: string) => { getParts(): readonly unknown[]; getPartStrings(): readonly string[] }
  parse(pdu: string): { data: { getText(): string } }
}

interface NodePdu1 {
  Submit(): { setAddress(to: string): void; setData(text: string): void; getParts(): readonly object[] }
  parse(pdu: string): { getData(): { getText?(): string; getData?(): string } }
}

/** What a modem gives for a text: SMS-DELIVER from a number, without service centre. */
function deliveries(text: string): readonly string[] {
  const sms = {
    to: NUMBER,
    text,
    flash: false,
    deliveryReport: false,
    validityMinutes: null,
    encoding: 'auto',
  } as const
  return prepareSubmissions(sms, 1).map(({ wire }) => {
    const submit = wire.replace(/^\d+:00/, '')
    const first = Number.parseInt(submit.slice(0, 2), 16) & 0x40
    // Instead of TP-MR, and with a time behind TP-DCS: 2024-03-15 14:07:09 +01:00.
    const [address, rest] = [submit.slice(4, 20), submit.slice(20)]
    return `00${(first | 0x04).toString(16).padStart(2, '0')}${address}${rest.slice(0, 4)}42305141709040${rest.slice(4)}`
  })
}

function peers(): readonly Codec[] {
  const load = npmPeers()
  if (load === undefined) return []
  const two = load('node-pdu') as NodePdu2
  const one = load(load.resolve('node-pdu', { paths: [load.resolve('serialport-gsm')] })) as NodePdu1
  return [
    {
      name: peerName('node-pdu'),
      encode: (text) => new two.Submit(NUMBER, text).getPartStrings(),
      decode: (pdus) => pdus.map((pdu) => two.parse(pdu).data.getText()).join(''),
    },
    {
      name: peerName('serialport-gsm'),
      encode: (text) => {
        const submit = one.Submit()
        submit.setAddress(NUMBER)
        submit.setData(text)
        return submit.getParts().map(String)
      },
      decode: (pdus) =>
        pdus
          .map((pdu) => {
            const data = one.parse(pdu).getData()
            return data.getText?.() ?? data.getData?.() ?? ''
          })
          .join(''),
    },
  ]
}

/** Operations a second, each round beside those of the others, so that all see the same machine. */
function race(contenders: readonly (() => unknown)[]): readonly Figures[] {
  const rates: number[][] = contenders.map(() => [])
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, work] of contenders.entries()) {
      const began = performance.now()
      let count = 0
      while (performance.now() - began < BATCH_MS) {
        for (let turn = 0; turn < 20; turn += 1) work()
        count += 20
      }
      // The first is for the compiler.
      if (round > 0) rates[index]?.push((count / (performance.now() - began)) * 1000)
    }
  }
  return rates.map(figuresOf)
}

/** Codec operations beside those of npm packages. @throws Error when one does not read what was written */
export async function codec(): Promise<readonly Row[]> {
  const all = [OURS, ...peers()]
  const rows: Row[] = []
  for (const [name, text] of Object.entries(TEXTS)) {
    const pdus = deliveries(text)
    for (const each of all)
      if (each.decode(pdus) !== text) throw new Error(`${each.name} reads something else: ${name}`)
    for (const [what, works] of [
      [
        'encode',
        all.map(
          ({ encode }) =>
            () =>
              encode(text),
        ),
      ],
      [
        'decode',
        all.map(
          ({ decode }) =>
            () =>
              decode(pdus),
        ),
      ],
    ] as const) {
      const [ours, ...others] = race(works)
      if (ours === undefined) continue
      rows.push({
        what: `${what} ${name}`,
        ours: showFigures(ours, 'a second'),
        others: others.map((figures, index) => ({
          name: all[index + 1]?.name ?? '',
          figures: `${show(figures.median)} a second`,
          ratio: ours.median / figures.median,
        })),
      })
    }
  }
  return rows
}
