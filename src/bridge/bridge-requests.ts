import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import { answering } from './answering.ts'
import { parsePayload, transactionOf } from './command-payload.ts'
import type { Answer } from './commands.ts'
import { anything, transaction, z } from './fields.ts'

/** From everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What may be asked of the bridge itself. Every method throws or rejects with ModemError. */
export interface BridgeService {
  /** How the bridge and its modems are now. */
  checkHealth(): unknown
  /** ZTE devices on the USB, and what answers on those of their ports that are not in use here. */
  scanPorts(): Promise<unknown>
  /** Resolves when the modem is closed; it is opened again at once. @throws ModemError `invalid_request` for an unknown one */
  restartModem(modem: ModemId): Promise<void>
  /** Until the next start. */
  setLogLevel(level: LogLevel): void
  /** Ends everything and starts again within the process, after the answer. */
  restart(): void
}

interface RequestRow {
  readonly name: string
  readonly fields: z.ZodType
  /** What a payload that is no JSON object means. */
  readonly shorthand: (text: string) => unknown
  readonly run: (bridge: BridgeService, input: never) => unknown
}

const nothing = (): unknown => ({})

const row = <Fields extends z.ZodType>(
  request: Omit<RequestRow, 'fields' | 'run'> & {
    readonly fields: Fields
    readonly run: (bridge: BridgeService, input: z.output<Fields>) => unknown
  },
): RequestRow => request as RequestRow

/** Every request there is to the bridge itself. */
export const REQUESTS: readonly RequestRow[] = [
  row({ name: 'health_check', fields: anything, shorthand: nothing, run: (bridge) => bridge.checkHealth() }),
  row({ name: 'ports/scan', fields: anything, shorthand: nothing, run: (bridge) => bridge.scanPorts() }),
  row({
    name: 'modem/restart',
    fields: z.strictObject({ modem: z.string().min(1), transaction }),
    shorthand: (text) => ({ modem: text }),
    run: (bridge, { modem }) => bridge.restartModem(modem),
  }),
  row({
    name: 'log_level',
    fields: z.strictObject({
      level: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }),
      transaction,
    }),
    shorthand: (text) => ({ level: text }),
    run: (bridge, { level }) => {
      bridge.setLogLevel(level)
      return { level }
    },
  }),
  row({ name: 'restart', fields: anything, shorthand: nothing, run: (bridge) => bridge.restart() }),
]

/** Carries out a request to the bridge itself. Never throws; `answer` never rejects. */
export function carryOutRequest(
  bridge: BridgeService,
  verb: string,
  payload: Uint8Array,
  onProblem: (problem: string, cause: unknown) => void,
): { readonly answer: Promise<Answer>; readonly transaction: string | null } {
  const run = (): unknown => {
    const request = REQUESTS.find(({ name }) => name === verb)
    if (request === undefined) {
      throw new ModemError(
        'unknown_command',
        `There is no request ${JSON.stringify(verb)}; there is ${REQUESTS.map(({ name }) => name).join(', ')}.`,
      )
    }
    return request.run(bridge, parsePayload(request, payload) as never)
  }
  return { answer: answering(run, onProblem), transaction: transactionOf(payload) }
}
