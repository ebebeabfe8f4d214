import type { CallSign } from '../modem/modem.ts'
import { parseClip } from './responses-device.ts'

/** International number (3GPP TS 24.008 section 10.5.4.7, type of number 1 with numbering plan 1). */
const INTERNATIONAL = 145

/**
 * What an unsolicited line tells of a call; `undefined`: nothing. Reads `RING`, `+CRING: VOICE`, `+CLIP: "+4917012345",145,,,,0`
 * (3GPP TS 27.007 sections 6.11 and 7.6; without a number when it is withheld), `NO CARRIER`, `HANGUP: 1`.
 * @throws ModemError `protocol` for a broken `+CLIP`
 */
export function readCallSign(line: string): CallSign | undefined {
  if (line.startsWith('RING') || line.startsWith('+CRING:')) return { kind: 'ring' }
  if (line.startsWith('NO CARRIER') || line.startsWith('HANGUP:')) return { kind: 'end' }
  const caller = parseClip(line)
  if (caller === undefined) return undefined
  const { number, type } = caller
  const isBare = number !== null && type === INTERNATIONAL && !number.startsWith('+')
  return { kind: 'caller', from: isBare ? `+${number}` : number }
}
