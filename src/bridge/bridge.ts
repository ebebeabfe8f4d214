import { setMaxListeners } from 'node:events'
import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import { acceptedOf } from './acceptance.ts'
import { answering } from './answering.ts'
import { parsePayload, transactionOf } from './command-payload.ts'
import type { Answer, CommandContext } from './commands.ts'
import { COMMANDS } from './commands.ts'
import type { ModemCounters } from './counters.ts'
import type { ModemStatus } from './outlet.ts'
import type { Supervisor } from './supervisor.ts'

const DAY_MS = 24 * 3_600_000

export interface BridgeOptions {
  readonly journal: Journal
  readonly supervisors: ReadonlyMap<ModemId, Supervisor>
  readonly keepMs: number
  /** `sms.price_per_part` */
  readonly pricePerPart: number | null
  /** A fault that is no modem's and no user's. */
  readonly onProblem: (problem: string, cause: unknown) => void
}

/** All modems by id, and the only way in from outside. */
export class Bridge {
  readonly #options: BridgeOptions
  /** Commands of which the broker may not know that we have them, while it may still deliver them again: how often. */
  readonly #redeliverable = new Map<string, number>()

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  get modems(): ReadonlySet<ModemId> {
    return new Set(this.#options.supervisors.keys())
  }

  /** What happened to each modem since the start. */
  counters(): ReadonlyMap<ModemId, ModemCounters> {
    return new Map([...this.#options.supervisors].map(([id, supervisor]) => [id, supervisor.counters]))
  }

  /** What is told of each modem; `undefined`: nothing yet. */
  statuses(): ReadonlyMap<ModemId, ModemStatus | undefined> {
    return new Map([...this.#options.supervisors].map(([id, supervisor]) => [id, supervisor.status]))
  }

  /** The ports that are in use, or lent to somebody by `pause`, and by which modem. */
  ports(): ReadonlyMap<string, ModemId> {
    return new Map(
      [...this.#options.supervisors].flatMap(([id, { hold }]) => (hold.port === null ? [] : [[hold.port, id]])),
    )
  }

  /** Closes one modem, which is then opened again. @throws ModemError `invalid_request`; `modem_offline` during a pause */
  async restart(modem: ModemId): Promise<void> {
    const supervisor = this.#options.supervisors.get(modem)
    if (supervisor === undefined) {
      throw new ModemError('invalid_request', `modem: there is ${[...this.modems].join(', ')}.`)
    }
    await supervisor.restart()
  }

  /** Serves all modems until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { journal, keepMs, supervisors, onProblem } = this.#options
    // Every modem waits for the end in several places.
    setMaxListeners(0, signal)
    const prune = (): void => {
      try {
        journal.prune(keepMs)
      } catch (error) {
        onProblem('Old entries could not be removed from the journal.', error)
      }
    }
    prune()
    const daily = setInterval(prune, DAY_MS)
    try {
      await Promise.all([...supervisors.values()].map((supervisor) => supervisor.run(signal)))
    } finally {
      clearInterval(daily)
    }
  }

  /** Synchronous up to and including the journal for commands that wait. Never throws; `answer` never rejects. */
  carryOut(
    modem: ModemId,
    name: string,
    payload: Uint8Array,
    context: CommandContext,
  ): { readonly answer: Promise<Answer>; readonly transaction: string | null } {
    const run = (): unknown => this.#absorbed(modem, name, context) ?? this.#run(modem, name, payload, context)
    return { answer: answering(run, this.#options.onProblem), transaction: transactionOf(payload) }
  }

  /** The broker kept our session: what it does not know to be acknowledged it will deliver again. */
  sessionResumed(): void {
    this.#redeliverable.clear()
    for (const { command } of this.#options.journal.outbound.unacknowledged()) this.#redeliverable.set(command, 1)
  }

  /** The broker knows nothing of an earlier session, so nothing will be delivered again. */
  sessionStarted(): void {
    for (const { command } of this.#options.journal.outbound.unacknowledged()) this.acknowledged(command)
    this.#redeliverable.clear()
  }

  /** Everything it had to deliver again has come by now, so the rest had been acknowledged. */
  redeliveriesOver(): void {
    for (const command of this.#redeliverable.keys()) this.acknowledged(command)
    this.#redeliverable.clear()
  }

  /** The broker certainly knows that we have what came with this command. */
  acknowledged(identity: string): void {
    try {
      this.#options.journal.outbound.acknowledged(identity)
    } catch (error) {
      this.#options.onProblem('An acknowledgement could not be noted in the journal.', error)
    }
  }

  #run(modem: ModemId, name: string, payload: Uint8Array, context: CommandContext): unknown {
    const supervisor = this.#options.supervisors.get(modem)
    if (supervisor === undefined) {
      throw new ModemError(
        'unknown_command',
        `There is no modem ${JSON.stringify(modem)}; there is ${[...this.modems].join(', ')}.`,
      )
    }
    const command = COMMANDS.find((candidate) => candidate.name === name)
    if (command === undefined) {
      throw new ModemError(
        'unknown_command',
        `There is no command ${JSON.stringify(name)}; there is ${COMMANDS.map((row) => row.name).join(', ')}.`,
      )
    }
    return command.run(supervisor.service, parsePayload(command, payload) as never, context)
  }

  /** One redelivery of a command whose acknowledgement may not have arrived is answered, and nothing is sent again. */
  #absorbed(modem: ModemId, name: string, { identity }: CommandContext): unknown {
    if (name !== 'sms/send' || !this.#redeliverable.delete(identity)) return undefined
    const { journal, pricePerPart } = this.#options
    const known = journal.outbound.ofCommand(modem, identity)
    return known.length === 0
      ? undefined
      : { messages: known.map((entry) => ({ ...acceptedOf(entry, pricePerPart), status: entry.status })) }
  }
}
