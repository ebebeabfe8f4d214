/** One thing the doctor has to say. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem'
  /** What is the case, in plain words. */
  readonly what: string
  /** What to do; `null` when nothing needs doing. */
  readonly remedy: string | null
}

/** Where findings go. */
export interface FindingOutput {
  /** Takes one line of output without its line end. */
  readonly print: (line: string) => void
  /** Text for people; else one JSON object per finding, without IMEIs: that output is kept and passed on. */
  readonly isTerminal: boolean
}

/** All is well. @param remedy what to know all the same */
export function ok(what: string, remedy: string | null = null): Finding {
  return { level: 'ok', what, remedy }
}

/** It works, but may not always. */
export function warning(what: string, remedy: string): Finding {
  return { level: 'warning', what, remedy }
}

/** It does not work. */
export function problem(what: string, remedy: string): Finding {
  return { level: 'problem', what, remedy }
}

/** Prints one finding under the name of its check. */
export function printFinding({ print, isTerminal }: FindingOutput, check: string, finding: Finding): void {
  if (!isTerminal) {
    print(withoutImei(JSON.stringify({ check, ...finding })))
    return
  }
  const { level, what, remedy } = finding
  print(`${level.padEnd(8)} ${what}`)
  for (const line of remedy?.split('\n') ?? []) print(`${' '.repeat(9)}${line}`)
}

/** Fifteen digits with a neighbour that is no digit: an IMEI (3GPP TS 23.003 section 6.2.1); all but its end is hidden. */
export function withoutImei(text: string): string {
  return text.replaceAll(/(?<![\da-f])\d{11}(\d{4})(?![\da-f])/gi, '…$1')
}
