import type { z } from './fields.ts'
import type { ModemService } from './modem-service.ts'

/** What MQTT knows of a command beside its payload. */
export interface CommandContext {
  /** Equal for two deliveries of the same publication, and for two publications of the same content. */
  readonly identity: string
  /** ms since the epoch, from the MQTT 5 message expiry interval */
  readonly messageExpiresAt: number | null
}

/** What may be asked of a modem, and how. */
export interface CommandRow {
  readonly name: string
  /** Carried out even when it was published while the bridge was away. */
  readonly waits: boolean
  readonly fields: z.ZodType
  /** What a payload that is no JSON object means; absent: it must be an object. */
  readonly shorthand?: (text: string) => unknown
  /** A payload to show to somebody whose own was no JSON; absent: `{}`. */
  readonly example?: string
  readonly run: (modem: ModemService, input: never, context: CommandContext) => unknown
}

/** The shorthand of switches. */
export const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['ON', true],
  ['OFF', false],
])

/** A row whose `run` is given what its fields make of the payload. */
export const row = <Fields extends z.ZodType>(
  command: Omit<CommandRow, 'fields' | 'run'> & {
    readonly fields: Fields
    readonly run: (modem: ModemService, input: z.output<Fields>, context: CommandContext) => unknown
  },
): CommandRow => command as CommandRow
