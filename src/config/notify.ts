import type { Contacts } from './contacts.ts'
import { isNumber } from './contacts.ts'
import { filledText, pattern } from './formats.ts'
import { nearest, suggestion } from './nearest.ts'
import type { Fault, Group } from './options.ts'

/** One element of `notify`. */
export const NOTIFY_ROW = {
  name: {
    doc: 'Name of the entity, to show to people. It also names the entity for ever: another name is another entity.',
    format: pattern('text with a letter or digit in it, at most 64 characters', /^(?=.*[\p{L}\p{N}])[^\p{Cc}]{1,64}$/u),
    default: null,
    required: true,
  },
  to: {
    doc: 'Who gets the message: a name of `contacts`, or a phone number in quotes.',
    format: filledText,
    default: null,
    required: true,
    personal: true,
  },
} as const satisfies Group

/** Rows that would send to nobody. */
export function unknownRecipients(rows: readonly { readonly to: string }[], contacts: Contacts): readonly Fault[] {
  return rows.flatMap(({ to }, index) => {
    if (to in contacts || isNumber(to)) return []
    const says = `found ${JSON.stringify(to)}, which is neither a phone number nor a contact${suggestion(nearest(to, Object.keys(contacts)))}`
    return [{ path: `notify[${index}].to`, says }]
  })
}
