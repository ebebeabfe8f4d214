/** Moments at which a stick can be made to leave the bus. */
export type DropMoment =
  /** `AT+CMGS=` came, no prompt was written. */
  | 'before-prompt'
  /** The PDU came in, the network has not seen it. */
  | 'after-pdu'
  /** The network took the message, its `+CMGS` was not written. */
  | 'before-cmgs-result'
  /** Half of the first message of a list was written. */
  | 'mid-list'
  /** The message was deleted, the `OK` was not written. */
  | 'before-cmgd-result'
  /** The network has the code, the `OK` was not written. */
  | 'before-cusd-result'
  /** The `OK` was written, the answer was not. */
  | 'before-cusd'
  /** Half of the answer was written. */
  | 'mid-cusd'
  /** The whole answer was written. */
  | 'after-cusd'

/** What is armed to go wrong. Numbers count how often it still will. */
export interface Faults {
  /** The stick keeps its connection and says nothing more. */
  isHung: boolean
  dropAt: DropMoment | null
  /** The next answer, or the next to this command, is late by so much. */
  late: { readonly delayMs: number; readonly command: string | null } | null
  /** Octets ahead of the next outputs. */
  junk: { readonly octets: Uint8Array; times: number } | null
  /** Output is written in pieces of so many octets. */
  pieceSize: number | null
  /** A line within the next answer of more than one line, behind its line number `afterLine`. */
  between: { readonly line: string; readonly afterLine: number } | null
  /** Lines that come in turn between any two lines of the next answers of more than one line. */
  interleaved: { readonly lines: readonly string[]; answers: number; next: number } | null
  promptsToSwallow: number
  promptsWithoutBlank: number
  notificationsToLose: number
  notificationsToDouble: number
  /** Commands that need the SIM and still find it busy. */
  simBusyFor: number
  echoReturnsAfterCfun: boolean
  /** By upper-case command (`+CNMI`, or with its argument `+CNMI=2,1,0,2,0`): final result code instead of an answer. */
  readonly refusals: Map<string, { readonly result: string; times: number }>
}

/** Nothing goes wrong. */
export function noFaults(): Faults {
  return {
    isHung: false,
    dropAt: null,
    late: null,
    junk: null,
    pieceSize: null,
    between: null,
    interleaved: null,
    promptsToSwallow: 0,
    promptsWithoutBlank: 0,
    notificationsToLose: 0,
    notificationsToDouble: 0,
    simBusyFor: 0,
    echoReturnsAfterCfun: false,
    refusals: new Map(),
  }
}
