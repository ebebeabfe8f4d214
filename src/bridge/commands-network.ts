import { NETWORK_MODES } from '../modem/state.ts'
import type { CommandRow } from './command-row.ts'
import { ON_OFF, row } from './command-row.ts'
import { anything, transaction, z } from './fields.ts'

/** Time limits of `at`, in milliseconds. */
const SHORTEST_MS = 1_000
const LONGEST_MS = 300_000

const digits = (least: number, most: number, error: string) =>
  z.string({ error }).regex(new RegExp(`^\\d{${least},${most}}$`), { error })

const pin = digits(4, 8, 'expected four to eight digits in quotes').optional()

/** What can be asked about network, data, SIM and USB. */
export const NETWORK_COMMANDS: readonly CommandRow[] = [
  row({
    name: 'network_mode/set',
    waits: false,
    fields: z
      .strictObject({
        mode: z.enum(NETWORK_MODES).optional(),
        zsnt: z
          .string()
          .regex(/^\d{1,2}, ?\d{1,2}, ?\d{1,2}$/, { error: 'expected three numbers such as 0,0,0' })
          .optional(),
        transaction,
      })
      .refine(({ mode, zsnt }) => (mode === undefined) !== (zsnt === undefined), { error: 'expected mode or zsnt' }),
    shorthand: (text) => ({ mode: text }),
    run: (modem, { mode, zsnt }) => modem.network.setMode(mode ?? { raw: zsnt ?? '' }),
  }),
  row({
    name: 'operator/scan',
    waits: false,
    fields: anything,
    shorthand: () => ({}),
    run: async (modem) => ({ operators: await modem.network.scan() }),
  }),
  row({
    name: 'operator/set',
    waits: false,
    fields: z.strictObject({
      code: z
        .string({ error: 'expected text: MCC and MNC, or auto' })
        .regex(/^(?:\d{5,6}|auto)$/, { error: 'expected MCC and MNC, five or six digits, or auto' }),
      transaction,
    }),
    shorthand: (text) => ({ code: text }),
    run: (modem, { code }) => modem.network.setOperator(code),
  }),
  row({
    name: 'data/set',
    waits: false,
    fields: z.strictObject({ connected: z.boolean(), transaction }),
    shorthand: (text) => ({ connected: ON_OFF.get(text.toUpperCase()) ?? text }),
    run: (modem, { connected }) => modem.network.setData(connected),
  }),
  row({
    name: 'sim/unlock',
    waits: false,
    fields: z
      .strictObject({ pin, puk: digits(8, 8, 'expected eight digits in quotes').optional(), new_pin: pin, transaction })
      .refine(({ pin: given, puk, new_pin: next }) => isOneWay(given, puk, next), {
        error: 'expected either pin, or puk and new_pin',
      }),
    example: '{"pin": "1234"}',
    run: (modem, { pin: given, puk, new_pin: next }) =>
      given === undefined ? modem.network.unlockWithPuk(puk ?? '', next ?? '') : modem.network.unlock(given),
  }),
  row({
    name: 'usb_mode/set',
    waits: false,
    fields: z.strictObject({ mode: z.enum(['modem', 'network']), transaction }),
    shorthand: (text) => ({ mode: text }),
    run: (modem, { mode }) => modem.network.setUsbMode(mode),
  }),
  row({
    name: 'at',
    waits: false,
    fields: z.strictObject({
      command: z.string().min(1),
      timeout_ms: z.number().int().min(SHORTEST_MS).max(LONGEST_MS).optional(),
      transaction,
    }),
    example: '{"command": "AT+CSQ"}',
    run: (modem, { command, timeout_ms }) => modem.network.askRaw(command, timeout_ms ?? null),
  }),
]

function isOneWay(pin: string | undefined, puk: string | undefined, newPin: string | undefined): boolean {
  return pin === undefined ? puk !== undefined && newPin !== undefined : puk === undefined && newPin === undefined
}
