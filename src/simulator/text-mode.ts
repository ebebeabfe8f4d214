/** Text mode, for people at a terminal and for foreign programs; 3GPP TS 27.005 section 3.4, without its optional fields. */
import type { StoredMessage } from './message-store.ts'
import { addressOf, encodeAddress } from './network-side-fields.ts'
import { hex } from './network-side-text.ts'
import { decodeDeliver, decodeSubmit } from './network-side-tpdu.ts'
import { compose } from './network-side-user-data.ts'

/** `<stat>` in words, by its number. */
export const STATUS_WORDS = ['REC UNREAD', 'REC READ', 'STO UNSENT', 'STO SENT', 'ALL'] as const

/** Sender or recipient, time, and text of a stored message; reports are shown by their PDU. */
export interface Shown {
  /** The fields behind index and status. */
  readonly fields: string
  readonly text: string
}

export function showMessage({ pdu }: StoredMessage): Shown {
  const received = decodeDeliver(pdu)
  if (received) {
    const clock = received.sentAt.replaceAll('-', '/').slice(2, 19).replace('T', ',')
    return {
      fields: `"${received.from.number}",,"${clock}${quartersOf(received.sentAt)}"`,
      text: received.content?.text ?? received.content?.dataHex ?? pdu,
    }
  }
  const written = decodeSubmit(pdu)
  return { fields: `"${written?.to.number ?? ''}",,`, text: written?.content.text ?? pdu }
}

/** Offset of an RFC 3339 time in quarters of an hour, as clocks of modems show it. */
function quartersOf(time: string): string {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(time) ?? []
  return sign + String(Number(hours) * 4 + Number(minutes) / 15).padStart(2, '0')
}

/** The SMS-SUBMIT that a modem makes of a number and a text: first octet 11, valid for 24 hours. @throws RangeError when it needs more than one part */
export function submitOfText(to: string, text: string): string {
  const { dcs, parts } = compose({ text })
  const [userData, ...more] = parts
  if (userData === undefined || more.length > 0) throw new RangeError('Text mode takes one part only')
  return hex(
    Uint8Array.from([
      0x00,
      0x11,
      0x00,
      ...encodeAddress(addressOf(to)),
      0x00,
      dcs,
      0xa7,
      userData.length,
      ...userData.octets,
    ]),
  )
}
