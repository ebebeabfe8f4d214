import type { Result } from './at-command.ts'

/** Words that `+CMEE=2` puts in place of numbers (3GPP TS 27.007 section 9.2 and 27.005 section 3.2.5), as ZTE sticks spell them. */
const CME_WORDS: Readonly<Record<number, string>> = {
  3: 'operation not allowed',
  4: 'operation not supported',
  10: 'SIM not inserted',
  11: 'SIM PIN required',
  12: 'SIM PUK required',
  13: 'SIM failure',
  14: 'SIM busy',
  16: 'incorrect password',
  25: 'invalid characters in text string',
  30: 'no network service',
  50: 'incorrect parameters',
  100: 'unknown',
}

const CMS_WORDS: Readonly<Record<number, string>> = {
  302: 'operation not allowed',
  304: 'invalid PDU mode parameter',
  305: 'invalid text mode parameter',
  310: 'SIM not inserted',
  311: 'SIM PIN required',
  314: 'SIM busy',
  316: 'SIM PUK required',
  321: 'invalid memory index',
  322: 'memory full',
  330: 'SMSC address unknown',
  331: 'no network service',
  340: 'no +CNMA acknowledgement expected',
}

/** `+CMS ERROR` numbers of the SIM's refusals, by their `+CME ERROR` numbers. */
export const CMS_OF_CME: Readonly<Record<number, number>> = { 10: 310, 11: 311, 12: 316, 14: 314 }

/** The final result code as it is written with this `+CMEE`. */
export function wordResult(result: Result, cmee: 0 | 1 | 2): string {
  if ('final' in result) return result.final
  if ('cms' in result) return `+CMS ERROR: ${(cmee === 2 && CMS_WORDS[result.cms]) || result.cms}`
  if (cmee === 0) return 'ERROR'
  return `+CME ERROR: ${(cmee === 2 && CME_WORDS[result.cme]) || result.cme}`
}
