import type { AtChannel } from './at-channel.ts'
import { attempt } from './at-question.ts'

/**
 * Ends the call that is ringing. `+CHUP` (3GPP TS 27.007 section 6.5) first: `ATH` (ITU-T V.250 section 6.3.6) may mean a data
 * connection on the same line instead.
 * @throws ModemError by what the modem answers to `ATH`
 */
export async function hangUp(channel: AtChannel): Promise<void> {
  if (!(await attempt(channel, 'AT+CHUP'))) await channel.send('ATH')
}
