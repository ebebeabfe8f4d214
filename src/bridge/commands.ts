import type { Failure } from '../modem/messages.ts'
import type { SendRequest } from './acceptance.ts'
import type { CommandRow } from './command-row.ts'
import { ON_OFF, row } from './command-row.ts'
import { NETWORK_COMMANDS } from './commands-network.ts'
import { anything, transaction, z } from './fields.ts'

export type { CommandContext, CommandRow } from './command-row.ts'

export type Answer =
  | { readonly status: 'ok'; readonly data: unknown }
  | { readonly status: 'error'; readonly error: Failure }

const id = z.string().min(1).max(64)

const PAUSE_MINUTES = 10

const PAUSES: ReadonlyMap<string, number> = new Map([
  ['ON', PAUSE_MINUTES],
  ['OFF', 0],
])

const numberOf = (text: string): unknown => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text)

const recipients = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(100)], {
  error: 'expected a phone number or contact name, or a list of 1 to 100 of them',
})

const ussdCode = z.string().regex(/^[0-9*#]{1,160}$/, 'expected a code of at most 160 digits, * and #, such as "*100#"')

/** Every command there is: subscriptions, validation and answers come from these rows. */
export const COMMANDS: readonly CommandRow[] = [
  row({
    name: 'sms/send',
    waits: true,
    example: '{"to": "+491701234567", "text": "Hello"}',
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
    name: 'sms/delete',
    waits: false,
    fields: z.union(
      [z.strictObject({ id, transaction }), z.strictObject({ all: z.literal('received'), transaction })],
      {
        error: 'expected {"id": "…"} or {"all": "received"}',
      },
    ),
    run: (modem, input) => modem.discard(input),
  }),
  row({
    name: 'pause',
    waits: false,
    fields: z.strictObject({ minutes: z.number().min(0).max(1440).default(PAUSE_MINUTES), transaction }),
    shorthand: (text) => ({ minutes: PAUSES.get(text.toUpperCase()) ?? numberOf(text) }),
    run: (modem, { minutes }) => modem.pause(minutes),
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
  ...NETWORK_COMMANDS,
  row({ name: 'refresh', waits: false, fields: anything, shorthand: () => ({}), run: (modem) => modem.refresh() }),
]
