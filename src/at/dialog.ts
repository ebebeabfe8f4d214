import type { Token } from './line-splitter.ts'
import type { CommandShape } from './result-codes.ts'
import { isFinal, isResultCode, shapeOf } from './result-codes.ts'
import type { UnsolicitedRow } from './unsolicited.ts'
import { findUnsolicited } from './unsolicited.ts'

/** What a token led to. */
export type DialogOutput =
  /** The modem asked for the payload: write this, payload and Ctrl-Z in one. */
  | { readonly kind: 'write'; readonly text: string }
  /** A complete unsolicited result code; the lines of `+CMT`, `+CDS` and `+CBM` are joined by LF. */
  | { readonly kind: 'unsolicited'; readonly line: string }
  /** The answer goes on with this line. */
  | { readonly kind: 'line'; readonly line: string }
  /**
   * The command has ended. `isDamaged`: lines of the answer were too long or too many and are missing, or cut.
   * `final` is the result code as it came.
   */
  | { readonly kind: 'answer'; readonly lines: readonly string[]; readonly final: string; readonly isDamaged: boolean }

/** More lines than any store or network list has; an answer never grows beyond. */
const MAX_ANSWER_LINES = 4096

/** A USSD text has at most 182 characters (3GPP TS 23.038); one that goes on longer has lost its closing quote. */
const MAX_QUOTE_LENGTH = 2048

const CTRL_Z = '\x1a'

const HEX_ONLY = /^[0-9A-F]+$/i

interface Command {
  readonly text: string
  readonly shape: CommandShape
  readonly payload: string | undefined
  readonly lines: string[]
  isPrompted: boolean
  /** A `+CMGL` or `+CMGR` header came, its PDU did not yet. */
  awaitsPdu: boolean
  isDamaged: boolean
}

/** An unsolicited result code of which more lines are to come. */
interface Unfinished {
  readonly continues: 'pdu' | 'quote'
  text: string
}

/**
 * The conversation with a modem as a machine without clock or stream: one command in flight, and every line has
 * exactly one owner. What it cannot do is resynchronise; when a command gets no final result code, it has to go.
 */
export class Dialog {
  #command: Command | undefined
  #unfinished: Unfinished | undefined
  /** The `>` that was taken for a prompt comes again at the start of the next line. */
  #hasPromptToDrop = false

  /** Call when the command is written. `payload`: what to send at the prompt, without Ctrl-Z. */
  start(text: string, payload?: string): void {
    this.#command = {
      text,
      shape: shapeOf(text),
      payload,
      lines: [],
      isPrompted: false,
      awaitsPdu: false,
      isDamaged: false,
    }
  }

  /** Forgets the command in flight: its late answer, should it come, belongs to nobody. */
  abandon(): void {
    this.#command = undefined
  }

  /** @returns what follows from this token, in order */
  feed(token: Token): readonly DialogOutput[] {
    return token.kind === 'prompt' ? this.#prompt() : this.#line(token)
  }

  #prompt(): readonly DialogOutput[] {
    const command = this.#command
    if (command?.payload === undefined || command.isPrompted || this.#unfinished !== undefined) return []
    command.isPrompted = true
    this.#hasPromptToDrop = true
    return [{ kind: 'write', text: command.payload + CTRL_Z }]
  }

  #line(token: Token & { kind: 'line' }): readonly DialogOutput[] {
    let text = token.text
    if (this.#hasPromptToDrop) {
      this.#hasPromptToDrop = false
      text = text.replace(/^> ?/, '')
      if (text.trim() === '') return []
    }
    if (this.#unfinished === undefined) return this.#own(text, token.isCut)
    return this.#unfinished.continues === 'quote'
      ? this.#continueQuote(this.#unfinished, token.gap + text)
      : this.#continuePdu(this.#unfinished, text, token.isCut)
  }

  /** Line breaks are part of a USSD text, and so is a line that says `OK`. */
  #continueQuote(unfinished: Unfinished, addition: string): readonly DialogOutput[] {
    unfinished.text += addition
    if (!isQuoteOpen(unfinished.text) || unfinished.text.length > MAX_QUOTE_LENGTH) return this.#finish(unfinished.text)
    return []
  }

  /** The PDU is all hex. Another unsolicited code in between is let through; anything else shows that no PDU comes. */
  #continuePdu(unfinished: Unfinished, text: string, isCut: boolean): readonly DialogOutput[] {
    if (HEX_ONLY.test(text)) return this.#finish(`${unfinished.text}\n${text}`)
    const row = findUnsolicited(text)
    if (row !== undefined && row.continues === undefined && !this.#answers(row, text)) {
      return [{ kind: 'unsolicited', line: text }]
    }
    return [...this.#finish(unfinished.text), ...this.#own(text, isCut)]
  }

  #finish(line: string): readonly DialogOutput[] {
    this.#unfinished = undefined
    return [{ kind: 'unsolicited', line }]
  }

  #own(text: string, isCut: boolean): readonly DialogOutput[] {
    const command = this.#command
    if (command !== undefined) {
      if (isEcho(text, command)) return []
      if (isFinal(text, command.shape, command.lines.length === 0)) return this.#end(command, text)
    }
    const row = findUnsolicited(text)
    if (row !== undefined && !this.#answers(row, text)) return this.#unsolicited(row, text)
    // A result code without a command is the tail of somebody else's conversation, or of one before our time.
    if (command === undefined && isResultCode(text)) return []
    if (command === undefined || command.shape.isSilent) return [{ kind: 'unsolicited', line: text }]
    if (command.awaitsPdu && !HEX_ONLY.test(text) && !isPduHeader(text, command)) {
      return [{ kind: 'unsolicited', line: text }]
    }
    return this.#keep(command, text, isCut)
  }

  #end(command: Command, final: string): readonly DialogOutput[] {
    this.#command = undefined
    return [{ kind: 'answer', lines: command.lines, final: final.trim(), isDamaged: command.isDamaged }]
  }

  /** Whether a line with an unsolicited prefix belongs to the command in flight all the same. */
  #answers(row: UnsolicitedRow, text: string): boolean {
    const shape = this.#command?.shape
    if (row.alsoAnswers === undefined || shape === undefined) return false
    const name = row.alsoAnswers === true ? row.prefix.slice(0, -1) : row.alsoAnswers
    return name === shape.name && shape.form !== 'set' && row.isStray?.(text) !== true
  }

  #unsolicited(row: UnsolicitedRow, text: string): readonly DialogOutput[] {
    if (row.continues === 'pdu' || (row.continues === 'quote' && isQuoteOpen(text))) {
      this.#unfinished = { continues: row.continues, text }
      return []
    }
    return [{ kind: 'unsolicited', line: text }]
  }

  #keep(command: Command, text: string, isCut: boolean): readonly DialogOutput[] {
    command.awaitsPdu = isPduHeader(text, command)
    if (isCut) command.isDamaged = true
    if (command.lines.length >= MAX_ANSWER_LINES) {
      command.isDamaged = true
      return []
    }
    command.lines.push(text)
    return [{ kind: 'line', line: text }]
  }
}

/** With echo on, the command and the payload come back; what a hung port still held may stand in front. */
function isEcho(text: string, command: Command): boolean {
  if (text === command.text) return true
  if (command.payload !== undefined && (text === command.payload + CTRL_Z || text === command.payload)) return true
  return command.lines.length === 0 && text.endsWith(command.text) && findUnsolicited(text) === undefined
}

function isPduHeader(text: string, command: Command): boolean {
  return (command.shape.name === '+CMGL' || command.shape.name === '+CMGR') && text.startsWith(`${command.shape.name}:`)
}

/** Whether a quoted text began and has not come to its closing quote, which only a coding scheme may follow. */
function isQuoteOpen(text: string): boolean {
  const quote = text.indexOf('"')
  return quote !== -1 && !/"\s*(?:,\s*\d*\s*)?$/.test(text.slice(quote + 1))
}
