import { isUtf8 } from 'node:buffer'
import type { Bridge } from '../bridge/bridge.ts'
import type { Answer } from '../bridge/commands.ts'
import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import type { IncomingMessage } from '../mqtt/network-connection.ts'
import type { SendForm } from '../mqtt/private-payloads.ts'
import { formatSendForm } from '../mqtt/private-payloads.ts'
import type { Topics } from '../mqtt/topics.ts'

/** What the forms need to know and to reach. */
export interface SendFormsOptions {
  readonly modems: readonly ModemId[]
  readonly topics: Topics
  /** What is filled in survives a restart. */
  readonly journal: Pick<Journal, 'note' | 'setNote'>
  /** Names that may stand for numbers. */
  readonly contacts: ReadonlySet<string>
  readonly bridge: () => Pick<Bridge, 'carryOut' | 'acknowledged'>
  /** Publishes retained, now and on every connection. */
  readonly retain: (topic: string, payload: string) => void
  /** How a command of the form ended. */
  readonly answered: (modem: ModemId, command: string, answer: Answer) => void
  readonly newId: () => string
  /** Lines for the log: what is wrong and what to do. */
  readonly onProblem: (line: string) => void
}

/** Home Assistant's limit for a state. */
export const LONGEST_STATE = 255

const EMPTY: SendForm = {
  recipient: '',
  message: '',
  flash: false,
  priority: 'normal',
  ussdCode: '',
  ussdAnswer: '',
}

/** What a field of the form makes of a text that was put into it; `undefined`: it does not take it. */
const FIELDS: Readonly<Record<string, (text: string) => Partial<SendForm> | undefined>> = {
  recipient: (recipient) => ({ recipient }),
  message: (message) => ({ message }),
  flash: (word) => (word === 'ON' || word === 'OFF' ? { flash: word === 'ON' } : undefined),
  priority: (word) => (word === 'normal' || word === 'high' ? { priority: word } : undefined),
}

/** Fields that are commands as soon as they are filled in. */
const USSD_FIELDS = {
  ussd_code: { field: 'ussdCode', command: 'ussd/send', key: 'code' },
  ussd_answer: { field: 'ussdAnswer', command: 'ussd/reply', key: 'text' },
} as const

/** The form on a dashboard, one for each modem: what is filled in is kept, and the button sends it like `sms/send`. */
export class SendForms {
  readonly #options: SendFormsOptions
  readonly #forms = new Map<ModemId, SendForm>()
  /** Modems whose form is being sent: a second press means the same message. */
  readonly #sending = new Set<ModemId>()

  constructor(options: SendFormsOptions) {
    this.#options = options
    for (const modem of options.modems) {
      this.#forms.set(modem, { ...EMPTY, ...this.#kept(modem) })
      this.#publish(modem)
    }
  }

  /** To be given every message from the broker. */
  heard({ topic, payload, retain }: IncomingMessage): void {
    const target = this.#options.topics.parseFormField(topic)
    if (target === undefined || !this.#forms.has(target.modem)) return
    if (retain) {
      this.#options.onProblem(
        `The broker holds a retained message on ${topic}; it is ignored. To clear it, publish an empty retained message there.`,
      )
      return
    }
    const text = payload.toString('utf8')
    if (!isUtf8(payload) || [...text].length > LONGEST_STATE) {
      this.#refuse(target.modem, `${target.field}: expected text of at most ${LONGEST_STATE} characters.`)
    } else this.#set(target.modem, target.field, text)
  }

  #set(modem: ModemId, field: string, text: string): void {
    if (field === 'send') {
      // What clears a retained message must not send anything.
      if (text !== '') this.#send(modem)
      return
    }
    if (field === 'ussd_code' || field === 'ussd_answer') {
      this.#ask(modem, field, text.trim())
      return
    }
    const change = Object.hasOwn(FIELDS, field) ? FIELDS[field]?.(text) : undefined
    if (change === undefined) this.#refuse(modem, `${field}: the send form takes no ${JSON.stringify(text)} there.`)
    else this.#change(modem, change)
  }

  #send(modem: ModemId): void {
    if (this.#sending.has(modem)) return
    const { recipient, message, flash, priority } = this.#form(modem)
    const to = this.#recipients(recipient)
    if (to.length === 0) {
      this.#refuse(modem, 'There is no recipient: fill in a phone number or the name of a contact, then send again.')
      return
    }
    if (message.trim() === '') {
      this.#refuse(modem, 'There is no message: fill it in, then send again.')
      return
    }
    this.#sending.add(modem)
    void this.#carryOut(modem, 'sms/send', { to, text: message, flash, priority }).then((answer) => {
      this.#sending.delete(modem)
      // Pressed once more, it must not send the same again. What was typed meanwhile stays.
      if (answer.status === 'ok' && this.#form(modem).message === message) this.#change(modem, { message: '' })
    })
  }

  #ask(modem: ModemId, name: keyof typeof USSD_FIELDS, text: string): void {
    const { field, command, key } = USSD_FIELDS[name]
    if (text === '') return
    this.#change(modem, { [field]: text })
    void this.#carryOut(modem, command, { [key]: text }).then(() => {
      if (this.#form(modem)[field] === text) this.#change(modem, { [field]: '' })
    })
  }

  /** Several are divided by `,` or `;`, which the name of a contact may have, too. */
  #recipients(text: string): readonly string[] {
    if (this.#options.contacts.has(text.trim())) return [text.trim()]
    return text
      .split(/[,;]/)
      .map((each) => each.trim())
      .filter((each) => each !== '')
  }

  async #carryOut(modem: ModemId, command: string, input: object): Promise<Answer> {
    const { newId, answered } = this.#options
    const bridge = this.#options.bridge()
    // Nothing of it is ever delivered again, so nothing is to be recognised.
    const identity = `form/${newId()}`
    const { answer } = bridge.carryOut(modem, command, Buffer.from(JSON.stringify(input)), {
      identity,
      messageExpiresAt: null,
    })
    bridge.acknowledged(identity)
    const settled = await answer
    answered(modem, command, settled)
    return settled
  }

  #refuse(modem: ModemId, message: string): void {
    this.#options.answered(modem, 'sms/send', { status: 'error', error: { code: 'invalid_request', message } })
  }

  #form(modem: ModemId): SendForm {
    return this.#forms.get(modem) ?? EMPTY
  }

  #change(modem: ModemId, change: Partial<SendForm>): void {
    const form = { ...this.#form(modem), ...change }
    this.#forms.set(modem, form)
    this.#publish(modem)
    // A code or answer that waits for its reply dies with the process that would hear the reply.
    const { ussdCode, ussdAnswer, ...kept } = form
    this.#tolerantly(() => this.#options.journal.setNote(noteOf(modem), JSON.stringify(kept)))
  }

  #kept(modem: ModemId): Partial<SendForm> {
    const note = this.#tolerantly(() => this.#options.journal.note(noteOf(modem))) ?? null
    return note === null ? {} : (JSON.parse(note) as Partial<SendForm>)
  }

  /** A form is not worth more than the bridge. */
  #tolerantly<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
      this.#options.onProblem(`What is filled into the send form does not survive a restart: ${error.message}`)
      return undefined
    }
  }

  #publish(modem: ModemId): void {
    const { topics, retain } = this.#options
    retain(topics.homeAssistant(modem, 'send_form'), formatSendForm(this.#form(modem)))
  }
}

function noteOf(modem: ModemId): string {
  return `send_form/${modem}`
}
