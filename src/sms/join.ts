import type { MessageBody } from '../modem/messages.ts'
import { decodeSeptetRuns } from './gsm7.ts'
import { concatOctets, decodeOctets, decodeUtf16, formatHex } from './octets.ts'
import type { UserData } from './user-data.ts'
import { readLanguage, readPorts } from './user-data-header.ts'

/**
 * Application ports whose 8-bit data is text: business cards and calendar entries, by the numbers of WAP (WAP-259-WDP appendix B)
 * and of Smart Messaging before it.
 */
const TEXT_PORTS: ReadonlySet<number> = new Set([226, 228, 9204, 9205])

/**
 * Joins the user data of one message, in order; `null` stands for a segment that never came and leaves no trace.
 * Septets and UTF-16 octets are joined before they are decoded, because some senders cut inside a character. Should
 * segments of text and of data ever be mixed, each gives its part and the encoding is `8bit`; compressed text, which nobody
 * can read, is data. Data for a port that takes text is both.
 */
export function joinUserData(parts: readonly (UserData | null)[]): MessageBody {
  const there = parts.filter((part) => part !== null)
  const data = there.filter((part) => part.kind === 'data')
  const octets = concatOctets(...data.map((part) => part.content))
  const ports = there.map((part) => readPorts(part.header)).find((found) => found !== null) ?? null
  const isReadable = TEXT_PORTS.has(ports?.destination ?? -1) && data.every(isPlain)
  return {
    text: there.length > data.length ? runsOf(parts).map(decodeRun).join('') : isReadable ? decodeOctets(octets) : null,
    encoding: encodingOf(there),
    dataHex: data.length > 0 ? formatHex(octets) : null,
    ports,
  }
}

function isPlain({ dataCoding }: UserData): boolean {
  return !dataCoding.isCompressed
}

/** Neighbours of one kind; a missing segment ends a run, so its neighbours' halves of a character never meet. */
function runsOf(parts: readonly (UserData | null)[]): readonly (readonly UserData[])[] {
  const runs: UserData[][] = []
  let previous: UserData | null = null
  for (const part of parts) {
    if (part !== null && part.kind === previous?.kind) runs.at(-1)?.push(part)
    else if (part !== null) runs.push([part])
    previous = part
  }
  return runs
}

function decodeRun(run: readonly UserData[]): string {
  const kind = run[0]?.kind
  if (kind === 'utf16') return decodeUtf16Run(run.map((part) => part.content))
  if (kind !== 'septets') return ''
  return decodeSeptetRuns(run.map((part) => ({ septets: part.content, language: readLanguage(part.header) })))
}

/** Cut between the two octets of a unit, the whole is still even; if it is odd, half units were left over at cuts. */
function decodeUtf16Run(contents: readonly Uint8Array[]): string {
  const whole = concatOctets(...contents)
  if (whole.length % 2 === 0) return decodeUtf16(whole)
  return decodeUtf16(concatOctets(...contents.map((content) => content.subarray(0, content.length & ~1))))
}

function encodingOf(parts: readonly UserData[]): MessageBody['encoding'] {
  if (parts.some((part) => part.kind === 'data')) return '8bit'
  return parts.some((part) => part.kind === 'utf16') ? 'ucs2' : 'gsm7'
}
