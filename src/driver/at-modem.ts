import { EventEmitter } from 'node:events'
import { readCallSign } from '../at/calls.ts'
import { parseArrival, parseDirect } from '../at/responses-sms.ts'
import { findUnsolicited } from '../at/unsolicited.ts'
import { ModemError } from '../modem/errors.ts'
import type { StoredSegment } from '../modem/messages.ts'
import type { Capabilities, Identity, Modem, ModemEvents } from '../modem/modem.ts'
import type { ModemState, StateGroup } from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { hangUp } from './at-hang-up.ts'
import { AtRadio } from './at-radio.ts'
import { restartModem } from './at-restart.ts'
import { AtSmsStore } from './at-sms.ts'
import type { Started } from './at-start.ts'
import { AtStateReader } from './at-state.ts'
import type { AtUssdOptions } from './at-ussd.ts'
import { AtUssd } from './at-ussd.ts'
import { toStoredSegment } from './stored-pdu.ts'

/** Store of messages that came in a notification and are stored nowhere. */
const DIRECT = 'direct'

/**
 * A modem over an AT channel that has been started up. Messages that are stored nowhere else, and the loss of the modem,
 * wait for whoever listens first. `close` is no loss: after it there is no event any more.
 */
export class AtModem extends EventEmitter<ModemEvents> implements Modem {
  readonly identity: Identity
  readonly can: Capabilities
  readonly problem: ModemError | null
  readonly #channel: AtChannel
  readonly #state: AtStateReader
  readonly #sms: AtSmsStore | undefined
  readonly #ussd: AtUssd
  readonly #kept: StoredSegment[] = []
  #lost: ModemError | undefined
  #isClosed = false

  /**
   * @param early unsolicited lines that came while the modem was started up
   * @param openOther another port of the same modem
   */
  constructor(
    channel: AtChannel,
    { identity, stores, problem, can }: Started,
    early: readonly string[] = [],
    openOther: AtUssdOptions['openOther'] = noOther,
  ) {
    super()
    this.identity = identity
    this.problem = problem
    this.#channel = channel
    this.#state = new AtStateReader(channel, can?.data !== undefined)
    this.#sms = stores === null ? undefined : new AtSmsStore(channel, stores)
    this.#ussd = new AtUssd(channel, {
      onReply: (reply) => this.emit('ussd', reply),
      elapsed: () => performance.now(),
      openOther,
    })
    this.can = {
      ...can,
      ...(this.#sms && { sms: this.#sms }),
      reboot: () => restartModem(channel),
      radio: new AtRadio(channel),
      hangUp: () => hangUp(channel),
      ussd: this.#ussd,
    }
    const listening: EventEmitter = this as EventEmitter
    listening.on('newListener', () => queueMicrotask(() => this.#release()))
    for (const line of early) this.#heed(line)
    channel.on('unsolicited', (line) => this.#heed(line))
    channel.on('closed', (cause) => {
      this.#lost = cause
      this.#release()
    })
  }

  readState(groups: readonly StateGroup[]): Promise<Partial<ModemState>> {
    return this.#state.read(groups)
  }

  close(): Promise<void> {
    this.#isClosed = true
    return this.#channel.close()
  }

  #heed(line: string): void {
    const meaning = findUnsolicited(line)?.meaning
    if (meaning === 'arrived') this.#arrived(line)
    else if (meaning === 'direct') this.#take(line)
    else if (meaning === 'call') this.#called(line)
    else if (meaning === 'ussd') this.#ussd.heard(line)
    else if (typeof meaning === 'object')
      this.emit(
        'changed',
        meaning.changed,
        unlessBroken(() => this.#state.heard(line)),
      )
  }

  #called(line: string): void {
    const sign = unlessBroken(() => readCallSign(line))
    if (sign !== undefined) this.emit('call', sign)
  }

  #arrived(line: string): void {
    const place = unlessBroken(() => parseArrival(line))
    if (place !== undefined) this.#sms?.announced(place)
    this.emit('arrived')
  }

  #take(line: string): void {
    const pdu = line.split('\n')[1]
    const given = unlessBroken(() => parseDirect(line)) ?? (pdu === undefined ? undefined : { pdu, length: pdu.length })
    if (given === undefined) {
      // Its PDU got lost on the line; perhaps the modem has stored it all the same.
      this.emit('arrived')
      return
    }
    this.#kept.push(toStoredSegment(given, DIRECT, null))
    this.#release()
  }

  #release(): void {
    if (this.#isClosed) return
    if (this.listenerCount('arrived') > 0) for (const segment of this.#kept.splice(0)) this.emit('arrived', segment)
    if (this.#lost === undefined || this.listenerCount('lost') === 0) return
    this.#isClosed = true
    this.emit('lost', this.#lost)
  }
}

async function noOther(): Promise<never> {
  throw new ModemError('not_supported', 'The modem has no other port.')
}

function unlessBroken<T>(parse: () => T | undefined): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ModemError) return undefined
    throw error
  }
}
