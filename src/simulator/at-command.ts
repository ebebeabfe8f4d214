/** How a command was used (ITU-T V.250 section 5.4.3). */
export type Form = 'execute' | 'set' | 'read' | 'test'

/** One command of a command line. */
export interface Call {
  /** Upper case, with its `+`, `$`, `^` or `&`; basic commands are one letter. */
  readonly name: string
  readonly form: Form
  /** Everything behind `=`, or the number of a basic command. */
  readonly text: string
  /** `text` split at its commas, quotes removed. */
  readonly values: readonly string[]
}

/** A final result code before it is put into words. */
export type Result =
  | { readonly final: string }
  /** Number of a `+CME ERROR`. */
  | { readonly cme: number }
  /** Number of a `+CMS ERROR`. */
  | { readonly cms: number }

/** What a command answers. */
export interface Reply {
  /** Blocks of information text; a block may have several lines. */
  readonly information?: readonly string[]
  readonly result: Result
  /** Asks for data with a prompt; called with what came before Ctrl-Z. */
  readonly withPayload?: (payload: string) => Reply
  /** Time that the command itself takes. */
  readonly delayMs?: number
  /** What happens once the answer is out. */
  readonly afterwards?: () => void
}

export const OK: Result = { final: 'OK' }
export const ERROR: Result = { final: 'ERROR' }

/** `OK` behind these lines of information. */
export function answer(...information: string[]): Reply {
  return { information, result: OK }
}

export function refusal(result: Result): Reply {
  return { result }
}

const EXTENDED = /^([+$^%*][A-Z0-9!%./:_-]+)((?:"[^"]*"|[^;"])*)(?:;|$)/i
const DIAL = /^(D)(.*)$/i
const BASIC = /^(S\d+|&?[A-Z])(=\d+|\?|\d*)/i

/** Takes a command line apart, without its `AT`. `null` when it is none. */
export function parseCommandLine(body: string): readonly Call[] | null {
  const calls: Call[] = []
  let rest = body.trim()
  while (rest !== '') {
    const match = EXTENDED.exec(rest) ?? DIAL.exec(rest) ?? BASIC.exec(rest)
    if (match === null) return null
    const [whole, name = '', argument = ''] = match
    calls.push(call(name, argument))
    rest = rest.slice(whole.length).replace(/^[;\s]+/, '')
  }
  return calls
}

function call(name: string, argument: string): Call {
  const upper = name.toUpperCase()
  if (argument === '?') return { name: upper, form: 'read', text: '', values: [] }
  if (argument === '=?') return { name: upper, form: 'test', text: '', values: [] }
  const text = argument.startsWith('=') ? argument.slice(1) : argument
  return { name: upper, form: argument.startsWith('=') ? 'set' : 'execute', text, values: splitValues(text) }
}

function splitValues(text: string): readonly string[] {
  if (text === '') return []
  // Commas within quotes belong to the value: only those with an even number of quotes behind them separate.
  return text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((value) => value.trim().replace(/^"(.*)"$/s, '$1'))
}
