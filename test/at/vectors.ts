import { readFileSync } from 'node:fs'
import { Dialog } from '../../src/at/dialog.ts'
import { LineSplitter } from '../../src/at/line-splitter.ts'

/** One exchange, or one unsolicited line (`command` null), and what it means. */
export interface Vector {
  readonly id: string
  readonly command: string | null
  readonly raw: string
  readonly final: string | null
  readonly lines: readonly string[]
  readonly parsed: Readonly<Record<string, unknown>> & { readonly kind: string }
}

/** Bytes of a whole conversation in chunks, and who owns which line. */
export interface Stream {
  readonly id: string
  readonly sent: readonly string[]
  readonly chunks: readonly string[]
  readonly response: { readonly lines: readonly string[]; readonly final: string | null } | null
  readonly urcs: readonly string[]
  readonly not_parseable?: boolean
}

const file = JSON.parse(readFileSync(new URL('../vectors/at.json', import.meta.url), 'utf8'))
export const VECTORS: readonly Vector[] = file.vectors
export const STREAMS: readonly Stream[] = file.streams

/** What came of a conversation. */
export interface Outcome {
  lines: string[]
  final: string | null
  urcs: string[]
  written: string[]
}

/** Plays the modem's bytes to splitter and dialog; the next command starts as soon as the one before is answered. */
export function converse(sent: readonly string[], chunks: readonly string[]): Outcome {
  const splitter = new LineSplitter()
  const dialog = new Dialog()
  const outcome: Outcome = { lines: [], final: null, urcs: [], written: [] }
  const commands = sent.filter((each) => each.endsWith('\r')).map((each) => each.slice(0, -1))
  const payload = sent.find((each) => each.endsWith('\x1a'))?.slice(0, -1)
  const startNext = () => {
    const command = commands.shift()
    if (command === undefined) return
    outcome.lines = []
    outcome.final = null
    dialog.start(command, payload)
  }
  startNext()
  for (const token of chunks.flatMap((chunk) => splitter.feed(Buffer.from(chunk, 'latin1')))) {
    for (const output of dialog.feed(token)) {
      if (output.kind === 'write') outcome.written.push(output.text)
      if (output.kind === 'unsolicited') outcome.urcs.push(output.line)
      if (output.kind === 'line') outcome.lines.push(output.line)
      if (output.kind === 'answer') {
        outcome.lines = [...output.lines]
        outcome.final = output.final
        startNext()
      }
    }
  }
  return outcome
}

/** Every way to cut a text that matters: whole, byte by byte, at each position, and at each two when it is short. */
export function* cuts(text: string): Generator<string[]> {
  yield [text]
  yield [...text]
  for (let first = 1; first < text.length; first += 1) {
    yield [text.slice(0, first), text.slice(first)]
    if (text.length > 160) continue
    for (let second = first + 1; second < text.length; second += 1) {
      yield [text.slice(0, first), text.slice(first, second), text.slice(second)]
    }
  }
}

/** The same random numbers on every run (mulberry32), 0 … 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
