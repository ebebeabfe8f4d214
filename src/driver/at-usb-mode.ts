import { findResponse } from '../at/responses.ts'
import { parseZcdrun } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import type { UsbModeControl } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { endsConnection } from './at-question.ts'
import { restartModem } from './at-restart.ts'

/**
 * From the modem composition to the factory state, in which MF823, MF831 and MF667 are network cards: the CD drive comes first
 * (9), and the download mode ends (F). The final result code is OK in any case.
 */
const TO_NETWORK = ['AT+ZCDRUN=9', 'AT+ZCDRUN=F'] as const

/** Makes a stick come back as something else. What has a serial line is in the modem mode already. */
export class AtUsbMode implements UsbModeControl {
  readonly #channel: AtChannel

  constructor(channel: AtChannel) {
    this.#channel = channel
  }

  async set(mode: 'modem' | 'network'): Promise<void> {
    if (mode === 'modem') {
      throw new ModemError('invalid_request', 'mode: the device is in the modem mode already; nothing was changed.')
    }
    for (const command of TO_NETWORK) {
      if (!findResponse(await this.#channel.send(command), parseZcdrun)) {
        throw new ModemError('rejected_by_modem', `The modem answered that ${command} failed. It stays as it is.`)
      }
    }
    // Only at its next start does it become something else.
    try {
      await restartModem(this.#channel)
    } catch (error) {
      if (endsConnection(error)) throw error
      const message = 'The modem took the new USB mode, but refuses to restart. Pull it out and put it in again.'
      throw new ModemError('rejected_by_modem', message, { cause: error })
    }
  }
}
