import { z } from 'zod'
import type { Failure } from '../modem/messages.ts'
import type { SendRequest } from './acceptance.ts'
import type { ModemService } from './modem-service.ts'

export type Answer =
  | { readonly status: 'ok'; readonly data: unknown }
  | { readonly status: 'error'; readonly error: Failure }

/** What MQTT knows of a command beside its payload. */
export interface CommandContext {
  /** Equal for two deliveries of the same publication, and for two publications of the same content. */
  readonly identity: string
  /** ms since the epoch, from the MQTT 5 message expiry interval */
  readonly messageExpiresAt: number | null
}

export interface CommandRow {
  readonly name: string
  /** Carried out even when it was published while the bridge was away. */
  readonly waits: boolean
  readonly fields: z.ZodType
  /** What a payload that is no JSON object means; absent: it must be an object. */
  readonly shorthand?: (text: string) => unknown
  readonly run: (modem: ModemService, input: never, context: CommandContext) => unknown
}

/** Characters of a `transaction`. */
export const LONGEST_TRANSACTION = 256

const transaction = z.string().max(LONGEST_TRANSACTION).optional()
const id = z.string().min(1).max(64)
const anything = z.strictObject({ transaction })

const row = <Fields extends z.ZodType>(
  command: Omit<CommandRow, 'fields' | 'run'> & {
    readonly fields: Fields
    readonly run: (modem: ModemService, input: z.output<Fields>, context: CommandContext) => unknown
  },
): CommandRow => command as CommandRow

const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['ON', true],
  ['OFF', false],
])

const recipients = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(100)], {
  error: 'expected a phone number or contact name, or a list of 1 to 100 of them',
})

const ussdCode = z.string().regex(/^[0-9*#]{1,160}$/, 'expected a code of at most 160 digits, * and #, such as "*100#"')

/** Every command there is: subscriptions, validation and answers come from these rows. */
export const COMMANDS: readonly CommandRow[] = [
  row({
    name: 'sms/send',
    waits: true,
    fields: z.strictObject({
      to: recipients.transform((to) => (typeof to === 'string' ? [to] : to)),
      text: z.string(),
      id: id.optional(),
      flash: z.boolean().default(false),
      delivery_report: z.boolean().optional(),
      validity_minutes: z.number().int().min(5).max(635_040).optional(),
      expires_at: z.iso
        .datetime({ offset: true, error: 'expected a time such as 2026-11-22T10:30:00+01:00' })
        .optional(),
      priority: z.enum(['normal', 'high']).default('normal'),
      encoding: z.enum(['auto', 'gsm7', 'ucs2']).default('auto'),
      transaction,
    }),
    run: (modem, input: SendRequest, context) => ({ messages: modem.accept(input, context) }),
  }),
  row({
    name: 'sms/cancel',
    waits: true,
    fields: z.strictObject({ id: z.string().min(1).max(72), transaction }),
    shorthand: (text) => ({ id: text }),
    run: (modem, input) => modem.cancel(input.id),
  }),
  row({
    name: 'sms/list',
    waits: false,
    fields: z.strictObject({
      limit: z.number().int().min(1).max(500).default(50),
      before: z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-22T10:30:00+01:00' }).optional(),
      direction: z.enum(['received', 'sent']).optional(),
      transaction,
    }),
    run: (modem, { limit, before, direction }) => ({
      history: modem.history({
        limit,
        before: before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before),
        direction: direction ?? null,
      }),
    }),
  }),
  row({
    name: 'ussd/send',
    waits: false,
    fields: z.strictObject({ code: ussdCode, transaction }),
    shorthand: (text) => ({ code: text }),
    run: (modem, { code }) => modem.sendUssd(code),
  }),
  row({
    name: 'ussd/reply',
    waits: false,
    fields: z.strictObject({ text: z.string().min(1).max(182), transaction }),
    shorthand: (text) => ({ text }),
    run: (modem, { text }) => modem.replyUssd(text),
  }),
  row({
    name: 'ussd/cancel',
    waits: false,
    fields: anything,
    shorthand: () => ({}),
    run: (modem) => modem.cancelUssd(),
  }),
  row({ name: 'reboot', waits: false, fields: anything, shorthand: () => ({}), run: (modem) => modem.reboot() }),
  row({
    name: 'radio/set',
    waits: false,
    fields: z.strictObject({ on: z.boolean(), transaction }),
    shorthand: (text) => ({ on: ON_OFF.get(text.toUpperCase()) ?? text }),
    run: (modem, { on }) => modem.setRadio(on),
  }),
  row({ name: 'refresh', waits: false, fields: anything, shorthand: () => ({}), run: (modem) => modem.refresh() }),
]
