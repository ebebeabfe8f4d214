import type { SmsEncoding } from '../modem/messages.ts'

/** What a message waiting indication is about (3GPP TS 23.038 section 4, groups 1100 … 1110). */
type WaitingKind = 'voicemail' | 'fax' | 'email' | 'other'

const WAITING_KINDS = ['voicemail', 'fax', 'email', 'other'] as const

interface MessageWaiting {
  readonly kind: WaitingKind
  readonly isActive: boolean
  /** The message is also to be stored; otherwise its text may be thrown away. */
  readonly isStored: boolean
}

/** TP-DCS (3GPP TS 23.038 section 4). */
export interface DataCoding {
  /** The octet itself, 0 … 255. */
  readonly tpDcs: number
  readonly alphabet: SmsEncoding
  readonly isCompressed: boolean
  readonly messageClass: 0 | 1 | 2 | 3 | null
  readonly messageWaiting: MessageWaiting | null
  /** The sender wants it deleted once read. */
  readonly isDeletedAfterReading: boolean
}

/** What the alphabet bits 3 … 2 say; the reserved value is read as the default alphabet, as the standard asks. */
const ALPHABETS = ['gsm7', '8bit', 'ucs2', 'gsm7'] as const
const CLASSES = [0, 1, 2, 3] as const

/** TP-DCS octet → its meaning. Reserved groups are GSM 7 bit. */
export function decodeDataCoding(tpDcs: number): DataCoding {
  const plain = {
    tpDcs,
    alphabet: 'gsm7',
    isCompressed: false,
    messageClass: null,
    messageWaiting: null,
    isDeletedAfterReading: false,
  } as const
  if (tpDcs < 0x80) {
    return {
      ...plain,
      alphabet: ALPHABETS[(tpDcs >> 2) & 3] ?? 'gsm7',
      isCompressed: (tpDcs & 0x20) !== 0,
      messageClass: (tpDcs & 0x10) === 0 ? null : classOf(tpDcs),
      isDeletedAfterReading: (tpDcs & 0x40) !== 0,
    }
  }
  if (tpDcs >= 0xf0) return { ...plain, alphabet: tpDcs & 4 ? '8bit' : 'gsm7', messageClass: classOf(tpDcs) }
  if (tpDcs < 0xc0) return plain
  return {
    ...plain,
    alphabet: tpDcs >= 0xe0 ? 'ucs2' : 'gsm7',
    messageWaiting: {
      kind: WAITING_KINDS[tpDcs & 3] ?? 'other',
      isActive: (tpDcs & 8) !== 0,
      isStored: tpDcs >= 0xd0,
    },
  }
}

/** Alphabet and flash (class 0) → TP-DCS octet. */
export function encodeDataCoding(alphabet: SmsEncoding, flash: boolean): number {
  return (ALPHABETS.indexOf(alphabet) << 2) | (flash ? 0x10 : 0)
}

/** CBS data coding scheme, which USSD uses (3GPP TS 23.038 section 5). */
export interface CbsDataCoding {
  readonly alphabet: SmsEncoding
  readonly isCompressed: boolean
  /** The text begins with a language: two letters and CR in GSM 7 bit, two packed letters (two octets) before UCS2. */
  readonly hasLanguagePrefix: boolean
}

/** CBS data coding octet, the third value of `+CUSD` → its meaning. Reserved groups are GSM 7 bit. */
export function decodeCbsDataCoding(octet: number): CbsDataCoding {
  const plain = { alphabet: 'gsm7', isCompressed: false, hasLanguagePrefix: false } as const
  if (octet === 0x10) return { ...plain, hasLanguagePrefix: true }
  if (octet === 0x11) return { ...plain, alphabet: 'ucs2', hasLanguagePrefix: true }
  const group = octet >> 4
  if ((group & 0xc) === 0x4) {
    return { ...plain, alphabet: ALPHABETS[(octet >> 2) & 3] ?? 'gsm7', isCompressed: (octet & 0x20) !== 0 }
  }
  if (group === 0x9) return { ...plain, alphabet: ALPHABETS[(octet >> 2) & 3] ?? 'gsm7' }
  if (group === 0xf) return { ...plain, alphabet: octet & 4 ? '8bit' : 'gsm7' }
  return plain
}

function classOf(octet: number): 0 | 1 | 2 | 3 {
  return CLASSES[octet & 3] ?? 0
}
