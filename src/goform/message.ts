import { createHash } from 'node:crypto'
import { ModemError } from '../modem/errors.ts'
import type { Concatenation, MessageBody, SegmentContent, StoredSegment } from '../modem/messages.ts'
import { SLOT_BOUND } from '../modem/messages.ts'
import { encodeSeptets } from '../sms/gsm7.ts'
import { formatMessageDate, parseMessageDate } from './message-date.ts'
import type { Values } from './reply.ts'
import { isRefused, notUnderstood, numberAt, textAt, wholeNumberAt } from './reply.ts'
import { decodeHexText, decodeNumber } from './text.ts'

/** What a message in the store is. Only received ones are anybody's news. */
export type MessageKind = 'received' | 'sent' | 'failed' | 'draft'

/** One row of `sms_data_total`, decoded. */
export interface MessageRow {
  /** Unique within its store for the moment and reused after deletion; `null` when the row has none. */
  readonly id: number | null
  readonly kind: MessageKind
  readonly isUnread: boolean
  /** Sender or recipient. */
  readonly number: string
  readonly text: string
  /** Wall clock of the message, `null` when it has none. */
  readonly localTime: string | null
  /** RFC 3339, `null` where the offset is not known. */
  readonly sentAt: string | null
  /** Parts of a long message that have not come yet; 0: it is whole. */
  readonly missingParts: number
  /** TP-MR of a sent message, 0 … 255, where the firmware tells it. */
  readonly reference: number | null
}

const KINDS: ReadonlyMap<string, MessageKind> = new Map([
  ['2', 'sent'],
  ['3', 'failed'],
  ['4', 'draft'],
])

/**
 * The rows of an `sms_data_total`, `sms_page_data` or `sms_status_rpt_data` answer, each id once: while a long message is
 * put together a row may be there twice, and the longer one counts.
 * @returns `null` for `{"sms_data_total":""}`: the session is over, or on one firmware (U50S) the page is empty
 * @throws ModemError `protocol` for anything else
 */
export function parseMessageList(values: Values): readonly Values[] | null {
  if (Object.hasOwn(values, 'messages')) {
    const { messages } = values
    if (messages === '') return []
    if (!Array.isArray(messages)) throw notUnderstood(JSON.stringify(values))
    return longestById(messages.map((row) => (typeof row === 'object' && row !== null ? (row as Values) : { row })))
  }
  const isBlank = ['sms_data_total', 'sms_page_data', 'sms_status_rpt_data'].some((table) => values[table] === '')
  if (isBlank || isRefused(values)) return null
  throw notUnderstood(JSON.stringify(values))
}

/**
 * Reads `{"id":"9","number":"+385…","content":"0050006F…","tag":"1","date":"24,03,01,12,34,56,+4",…}`. A row with an
 * unknown tag counts as received: better one message too many than one too few.
 */
export function parseMessageRow(row: Values): MessageRow {
  const kind = KINDS.get(textAt(row, 'tag')) ?? 'received'
  const date = parseMessageDate(textAt(row, 'date'), kind === 'received' ? 'quarters' : 'unknown')
  const total = numberAt(row, 'concat_sms_total') ?? 0
  const there = numberAt(row, 'concat_sms_received') ?? 0
  const isPartial = textAt(row, 'received_all_concat_sms') === '0' && total > there
  return {
    id: wholeNumberAt(row, 'id', Number.MAX_SAFE_INTEGER),
    kind,
    isUnread: textAt(row, 'tag') === '1',
    number: decodeNumber(textAt(row, 'number')),
    text: decodeHexText(contentOf(row)),
    localTime: date?.local ?? null,
    sentAt: date === null ? null : formatMessageDate(date),
    missingParts: isPartial ? Math.min(254, Math.trunc(total - Math.max(1, there))) : 0,
    reference: wholeNumberAt(row, 'sms_submit_msg_ref', 255),
  }
}

/**
 * A row of received messages → a segment; whole messages are one of one. A row that lacks parts should stay in the device
 * until it is whole or old: it is the first of as many segments as there are gaps, so what is missing is counted.
 * @param row with its fields unsealed, as far as the key is known
 * @param store `device` or `sim`
 * @param isSealed whether fields of it are still encrypted
 * @returns `undefined` for messages of our own
 */
export function toStoredSegment(row: Values, store: string, isSealed: boolean): StoredSegment | undefined {
  const message = parseMessageRow(row)
  if (message.kind !== 'received') return undefined
  const hash = identityOf(row, store, message, isSealed)
  const contentKey = message.localTime === null && isMessage(row) ? `${SLOT_BOUND}${hash}` : hash
  const content = isSealed ? SEALED : segmentContent(row, hash)
  return { store, slot: message.id, raw: JSON.stringify(row), contentKey, content, isUnread: message.isUnread }
}

/** Joins the rows of one message, which the journal kept as `raw`. @throws ModemError `protocol` when one is no row */
export function joinRows(raws: readonly (string | null)[]): MessageBody {
  const text = raws.map((raw) => (raw === null ? '' : decodeHexText(contentOf(parseRaw(raw))))).join('')
  // The row does not tell how the message came through the air; this is how it would.
  const isGsm7 = encodeSeptets(text) !== undefined
  return { text, encoding: isGsm7 ? 'gsm7' : 'ucs2', dataHex: null, ports: null }
}

const SEALED: SegmentContent = {
  kind: 'undecodable',
  reason: 'The router encrypted the message, and its key was not known.',
  isSealed: true,
}

function segmentContent(row: Values, hash: string): SegmentContent {
  if (!isMessage(row)) {
    return { kind: 'undecodable', reason: 'The router listed a message without sender and text.' }
  }
  const { number, sentAt, missingParts } = parseMessageRow(row)
  const concatenation: Concatenation | null =
    missingParts === 0
      ? null
      : {
          reference: Number.parseInt(hash.slice(0, 4), 16),
          referenceBits: 16,
          total: missingParts + 1,
          sequence: 1,
        }
  return { kind: 'received', from: number, sentAt, smsc: null, concatenation, messageClass: null, replaceType: null }
}

/**
 * Whatever changes while a message lies in its store (its id after a reboot, read or not, how the number is written) is
 * left out. A sealed field is another one at each reading. Without a time, only store and id tell two alarms of the same text
 * apart.
 */
function identityOf(
  row: Values,
  store: string,
  { id, number, text, localTime }: MessageRow,
  isSealed: boolean,
): string {
  const place = localTime === null || isSealed ? [store, id] : []
  const identity = isMessage(row)
    ? [...(isSealed ? ['sealed'] : [number, text]), ...place]
    : [JSON.stringify({ ...row, tag: undefined })]
  return createHash('sha256')
    .update(JSON.stringify([...identity, textAt(row, 'date').replaceAll(';', ',')]))
    .digest('hex')
    .slice(0, 32)
}

function isMessage(row: Values): boolean {
  return Object.hasOwn(row, 'content') || Object.hasOwn(row, 'number')
}

function longestById(rows: readonly Values[]): readonly Values[] {
  const kept = new Map<unknown, Values>()
  for (const row of rows) {
    const id = textAt(row, 'id')
    const key = id === '' ? row : id
    const other = kept.get(key)
    if (other === undefined || contentOf(row).length > contentOf(other).length) kept.set(key, row)
  }
  return [...kept.values()]
}

/** Untrimmed: in plain text the blanks belong to the message. */
function contentOf(row: Values): string {
  const content = Object.hasOwn(row, 'content') ? row.content : ''
  return typeof content === 'string' ? content : textAt(row, 'content')
}

function parseRaw(raw: string): Values {
  try {
    const row: unknown = JSON.parse(raw)
    if (typeof row === 'object' && row !== null) return row as Values
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ModemError('protocol', 'A stored message was not received from this kind of modem.', { detail: raw })
}
