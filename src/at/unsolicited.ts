import type { StateGroup } from '../modem/state.ts'

/** What an unsolicited line tells whoever uses the modem. */
export type Meaning =
  /** Something lies in the message store: look there. */
  | 'arrived'
  /** The line carries a message or status report that is stored nowhere else. */
  | 'direct'
  /** A USSD reply or request of the network. */
  | 'ussd'
  /** Somebody calls, or stops calling. */
  | 'call'
  /** Read this group again. */
  | { readonly changed: StateGroup }
  | 'ignore'

/** One unsolicited result code. */
export interface UnsolicitedRow {
  /** Start of the line up to its colon; without a colon the word stands alone or in front of a blank. */
  readonly prefix: string
  readonly meaning: Meaning
  /** The same prefix also answers the execute, read and test forms of the command of its name, or of the one named. */
  readonly alsoAnswers?: true | `+${string}`
  /** For lines of such an answer that are told apart by their form: whether this one is unsolicited even then. */
  readonly isStray?: (line: string) => boolean
  /** More lines belong to it: a PDU on the next line, or text up to the closing quote. */
  readonly continues?: 'pdu' | 'quote'
  /** Where an oddity was seen. */
  readonly evidence?: string
}

/**
 * `+CREG: 1` and `+CREG: 1,1F3C,2A4` are unsolicited, `+CREG: 0,1` and `+CREG: 2,1,1F3C,2A4` answer the read command
 * (3GPP TS 27.007 section 7.2): one field, or a location area code as second field.
 */
function isRegistrationChange(line: string): boolean {
  return /:\s*\d+\s*(?:$|,\s*(?:"|[0-9A-F]{3,}\s*,))/i.test(line)
}

/** Unsolicited result codes, vendor rows before those of 3GPP TS 27.005, TS 27.007 and ITU-T V.250. */
export const UNSOLICITED = [
  {
    prefix: '+ZUSIMR:',
    meaning: 'ignore',
    evidence: 'once a second on ZTE sticks until the message store has been read or set',
  },
  { prefix: '+ZPASR:', meaning: { changed: 'registration' } },
  { prefix: '+ZPAS:', meaning: { changed: 'registration' }, alsoAnswers: true },
  {
    prefix: '+BEARTYPE:',
    meaning: { changed: 'registration' },
    alsoAnswers: '+ZPAS',
    evidence: 'K3565-Z',
  },
  { prefix: '+ZDONR:', meaning: { changed: 'operator' } },
  { prefix: '+ZEND', meaning: 'ignore', evidence: 'end of a call or of a USSD session, without a colon' },
  { prefix: '+ZPSTM:', meaning: 'ignore', evidence: 'SIM toolkit menu' },
  { prefix: '+ZMTime', meaning: 'ignore', evidence: 'network time; form of the arguments not known' },
  { prefix: '+ZSMMEMFULL', meaning: { changed: 'store' }, evidence: 'CDMA models' },
  { prefix: '$CREG', meaning: { changed: 'registration' }, evidence: 'Qualcomm-based firmware' },
  { prefix: '$QCSIMSTAT', meaning: { changed: 'sim' }, evidence: 'Qualcomm-based firmware' },
  { prefix: '$QCSYSMODE', meaning: { changed: 'registration' }, evidence: 'Qualcomm-based firmware' },
  { prefix: 'HANGUP:', meaning: 'call', evidence: 'end of a voice call' },

  { prefix: '+CMTI:', meaning: 'arrived' },
  { prefix: '+CDSI:', meaning: 'arrived' },
  { prefix: '+CMT:', meaning: 'direct', continues: 'pdu' },
  { prefix: '+CDS:', meaning: 'direct', continues: 'pdu' },
  { prefix: '+CBM:', meaning: 'ignore', continues: 'pdu' },
  { prefix: '+CBMI:', meaning: 'ignore' },
  { prefix: '+CUSD:', meaning: 'ussd', alsoAnswers: true, continues: 'quote' },
  { prefix: '+CREG:', meaning: { changed: 'registration' }, alsoAnswers: true, isStray: isRegistrationChange },
  { prefix: '+CGREG:', meaning: { changed: 'registration' }, alsoAnswers: true, isStray: isRegistrationChange },
  { prefix: '+CEREG:', meaning: { changed: 'registration' }, alsoAnswers: true, isStray: isRegistrationChange },
  { prefix: '+CSQ:', meaning: { changed: 'signal' }, alsoAnswers: true },
  { prefix: '+CPIN:', meaning: { changed: 'sim' }, alsoAnswers: true },
  { prefix: 'RING', meaning: 'call' },
  { prefix: '+CRING:', meaning: 'call' },
  { prefix: '+CLIP:', meaning: 'call', alsoAnswers: true },
  { prefix: '+CCWA:', meaning: 'ignore', alsoAnswers: true },
  { prefix: '+CSSI:', meaning: 'ignore' },
  { prefix: '+CSSU:', meaning: 'ignore' },
  { prefix: '+CTZV:', meaning: 'ignore' },
  { prefix: '+CTZE:', meaning: 'ignore' },
  { prefix: '+CIEV:', meaning: 'ignore' },
  { prefix: '+CGEV:', meaning: 'ignore' },
  { prefix: 'NO CARRIER', meaning: 'call', evidence: 'end of a call, or of a data call on another port' },
  { prefix: 'BUSY', meaning: 'ignore' },
  { prefix: 'NO ANSWER', meaning: 'ignore' },
  { prefix: 'NO DIALTONE', meaning: 'ignore' },
  { prefix: 'CONNECT', meaning: 'ignore' },
] as const satisfies readonly UnsolicitedRow[]

/** The row for this line; `undefined` when no unsolicited result code starts like it. */
export function findUnsolicited(line: string): UnsolicitedRow | undefined {
  const rows: readonly UnsolicitedRow[] = UNSOLICITED
  return rows.find(({ prefix }) => {
    if (!line.startsWith(prefix)) return false
    return prefix.endsWith(':') || /^(?:[\s:]|$)/.test(line.slice(prefix.length))
  })
}
