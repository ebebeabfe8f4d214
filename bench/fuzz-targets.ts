import { readFileSync } from 'node:fs'
import { Dialog } from '../src/at/dialog.ts'
import type { Token } from '../src/at/line-splitter.ts'
import { LineSplitter } from '../src/at/line-splitter.ts'
import * as device from '../src/at/responses-device.ts'
import * as identity from '../src/at/responses-identity.ts'
import * as network from '../src/at/responses-network.ts'
import * as signal from '../src/at/responses-signal.ts'
import * as sms from '../src/at/responses-sms.ts'
import * as zte from '../src/at/responses-zte.ts'
import { joinPdus, toStoredSegment } from '../src/driver/stored-pdu.ts'
import { ModemError } from '../src/modem/errors.ts'
import { decodePdu } from '../src/sms/tpdu.ts'
import type { Mutations } from './mutations.ts'

/** One way of being given hostile input. */
export interface Target {
  readonly name: string
  /** Tries one input; `input` is told what it is before anything can go wrong. @throws what must not happen */
  readonly run: (mutations: Mutations, input: (octets: Buffer) => void) => void
}

interface AtVector {
  readonly command: string | null
  readonly raw: string
}

type Parser = (input: string | readonly string[]) => unknown

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../test/vectors/${name}`, import.meta.url), 'utf8'))

/** A whole text cannot be longer than what 255 segments hold, and no line decodes to more than there is. */
const MOST_GROWTH = 4

const PDUS = (read('pdu.json') as { vectors: { pdu?: string }[] }).vectors.flatMap(({ pdu }) =>
  pdu === undefined ? [] : [Buffer.from(pdu, 'hex')],
)

const AT = read('at.json') as { vectors: AtVector[]; streams: { chunks: string[] }[] }
const STREAMS = [...AT.vectors.map(({ raw }) => raw), ...AT.streams.map(({ chunks }) => chunks.join(''))].map((text) =>
  Buffer.from(text, 'latin1'),
)
const COMMANDS = [...new Set(AT.vectors.flatMap(({ command }) => command ?? [])), 'AT+CMGL=4', 'AT+CMGS=20']

const PARSERS = Object.entries({ ...device, ...identity, ...network, ...signal, ...sms, ...zte })
  .filter(([name]) => /^parse[A-Z]/.test(name))
  .map(([name, parse]) => ({
    parse: parse as Parser,
    takesLines: ['parseCmgl', 'parseText', 'parseIdentification'].includes(name),
  }))

export const TARGETS: readonly Target[] = [
  { name: 'PDU', run: tryPdu },
  { name: 'AT stream', run: tryStream },
]

/** Decoded as a modem's listing has it, with a length that may lie, and joined as the bridge does. */
function tryPdu(mutations: Mutations, input: (octets: Buffer) => void): void {
  const octets = mutations.of(PDUS)
  input(octets)
  const pdu = octets.toString('hex').toUpperCase()
  const length = mutations.below(4) === 0 ? mutations.below(256) : octets.length - 1 - (octets[0] ?? 0)
  const segment = toStoredSegment({ pdu, length }, 'SM', 1)
  if (mutations.below(8) === 0) orModemError(() => decodePdu(pdu, { direction: 'mo' }))
  if (segment.content.kind !== 'received') return
  orModemError(() => {
    const { text } = joinPdus([pdu, null])
    const most = MOST_GROWTH * octets.length
    if (text !== null && text.length > most)
      throw new Error(`a text of ${text.length} characters from ${octets.length} octets`)
  })
}

/** The same outcome in one piece and in many, every octet owned at most once, and every parser withstands every line. */
function tryStream(mutations: Mutations, input: (octets: Buffer) => void): void {
  const octets = Buffer.concat([mutations.of(STREAMS), ...(mutations.below(3) === 0 ? [mutations.of(STREAMS)] : [])])
  input(octets)
  const command = mutations.below(6) === 0 ? null : mutations.pick(COMMANDS)
  const whole = conversation(command, [octets])
  const pieces: Buffer[] = []
  for (let at = 0; at < octets.length; ) {
    const next = at + 1 + mutations.below(20)
    pieces.push(octets.subarray(at, next))
    at = next
  }
  const cut = conversation(command, pieces)
  if (whole.join('\0') !== cut.join('\0')) throw new Error('cut into pieces it means something else')
  const size = whole.reduce((sum, line) => sum + line.length, 0)
  if (size > MOST_GROWTH * (octets.length + 100)) throw new Error(`${size} characters from ${octets.length} octets`)
  for (const line of whole.slice(0, 6)) {
    const { parse, takesLines } = mutations.pick(PARSERS)
    orModemError(() => parse(takesLines ? [line, ...whole.slice(0, 3)] : line))
  }
}

function conversation(command: string | null, chunks: readonly Buffer[]): string[] {
  const splitter = new LineSplitter()
  const dialog = new Dialog()
  if (command !== null) dialog.start(command, command.includes('+CMGS') ? '0011000B91' : undefined)
  const said: string[] = []
  const tell = (token: Token): void => {
    for (const output of dialog.feed(token)) {
      if (output.kind === 'answer') said.push(output.final, ...output.lines)
      else said.push(output.kind === 'write' ? output.text : output.line)
    }
  }
  for (const chunk of chunks) splitter.feed(chunk).forEach(tell)
  return said
}

function orModemError(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
  }
}
