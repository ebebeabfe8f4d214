import { addressOf, encodeAddress, encodeServiceCentre } from './network-side-fields.ts'
import { gsm7Groups, hex } from './network-side-text.ts'
import type { UserData } from './network-side-user-data.ts'
import { compose } from './network-side-user-data.ts'

/** One message that a router makes SMS-SUBMITs of. */
export interface RouterSubmission {
  readonly to: string
  readonly text: string
  /** `encode_type`: the alphabet on the air; the text comes as UTF-16 either way. */
  readonly alphabet: 'gsm7' | 'ucs2'
  /** Ties the parts together, 0 … 255. */
  readonly reference: number
  /** TP-VP, relative format (3GPP TS 23.040 section 9.2.3.12.1). */
  readonly validity: number
  readonly wantsReport: boolean
}

const SUBMIT_WITH_RELATIVE_VALIDITY = 0x11
const WANTS_REPORT = 0x20
const HAS_HEADER = 0x40

/** The parts in order: each a function from its TP-MR (0 … 255) to hex, an empty service centre address in front. */
export function encodeParts(submission: RouterSubmission): readonly ((messageReference: number) => string)[] {
  const { alphabet, reference } = submission
  const text = alphabet === 'gsm7' ? inGsm7(submission.text) : submission.text
  const { dcs, parts } = compose({ text, encoding: alphabet, reference })
  return parts.map((userData) => (messageReference) => encodeSubmit(submission, messageReference, dcs, userData))
}

/** Who asks for GSM 7 bit gets it, whatever becomes of the text. */
function inGsm7(text: string): string {
  return Array.from(text, (character) => (gsm7Groups(character) === null ? '?' : character)).join('')
}

/** SMS-SUBMIT (3GPP TS 23.040 section 9.2.2.2). */
function encodeSubmit(
  { to, validity, wantsReport }: RouterSubmission,
  messageReference: number,
  dcs: number,
  userData: UserData,
): string {
  const flags = (wantsReport ? WANTS_REPORT : 0) | (userData.hasHeader ? HAS_HEADER : 0)
  return hex(
    Uint8Array.from([
      ...encodeServiceCentre(null),
      SUBMIT_WITH_RELATIVE_VALIDITY | flags,
      messageReference,
      ...encodeAddress(addressOf(to)),
      0,
      dcs,
      validity,
      userData.length,
      ...userData.octets,
    ]),
  )
}
