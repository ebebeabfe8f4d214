import { confirm, intro, isCancel, log, outro, password, select, text } from '@clack/prompts'
import type { Format } from '../config/formats.ts'

/** What may be asked of the person at the terminal. Each rejects with `Withdrawn` when he breaks off. */
export interface Prompts {
  /** @param check says what is wrong with the text, or nothing */
  text(
    message: string,
    options: { readonly initial: string; readonly check?: (text: string) => string | undefined },
  ): Promise<string>
  /** Hidden as it is typed; may stay empty. */
  secret(message: string): Promise<string>
  choose<Value extends string>(message: string, choices: readonly Choice<Value>[]): Promise<Value>
  confirm(message: string, initial: boolean): Promise<boolean>
  say(what: string): void
}

/** One of several answers. */
export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
}

/** The person broke off (Ctrl-C or Escape). */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn'
}

/** Prompts on the terminal of this process. */
export function terminalPrompts(title: string): Prompts & { end(what: string): void } {
  intro(title)
  return {
    text: async (message, { initial, check }) =>
      answered(await text({ message, initialValue: initial, validate: (given = '') => check?.(given.trim()) })).trim(),
    // What is not typed comes as `undefined`.
    secret: async (message) => answered(await password({ message })) ?? '',
    choose: async <Value extends string>(message: string, choices: readonly Choice<Value>[]) => {
      const values = new Map<string, Value>(choices.map(({ value }) => [value, value]))
      const options = choices.map(({ value, label }) => ({ value: value as string, label }))
      const chosen = values.get(answered(await select({ message, options })))
      if (chosen === undefined) throw new Withdrawn()
      return chosen
    },
    confirm: async (message, initialValue) => answered(await confirm({ message, initialValue })),
    say: (what) => log.message(what),
    end: (what) => outro(what),
  }
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw new Withdrawn()
  return answer as Exclude<Answer, symbol>
}

/** A check of Prompts.text: what keeps a text from being the value of an option. */
export function fits(format: Format<string>): (text: string) => string | undefined {
  return (text) => ('value' in format.read(text) ? undefined : `Allowed is ${format.allowed}.`)
}
